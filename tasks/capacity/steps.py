"""The steps of planning, as Prefect sees them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.capacity.forecast import Forecast, forecast
from tasks.capacity.traffic import Traffic, measure_traffic
from tasks.domain.interaction import Interaction
from tasks.domain.settings.capacity import Autoscaling


@task(name="measure traffic", task_run_name="measure {service}", cache_policy=NO_CACHE, persist_result=False)
def measure(interactions: Iterable[Interaction], service: str, start: datetime, end: datetime) -> Traffic:
    """Read the logs once: requests by hour, service times by release."""
    return measure_traffic(interactions, service, start, end)


@task(name="plan replicas", task_run_name="plan {service}", cache_policy=NO_CACHE, persist_result=False)
def plan_replicas(service: str, traffic: Traffic, asked: Autoscaling, live: str | None, start: datetime) -> Forecast:
    """Say what is to be expected, and which replicas serve it."""
    return forecast(service, traffic, asked, live, start)
