"""What a run of `plan_capacity` returns: plain words and numbers, JSON-able."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from pydantic import Field

from tasks.capacity.forecast import Forecast
from tasks.capacity.planning import PlannedHour
from tasks.capacity.wording import growth_per_week, words
from tasks.domain.report import Report
from tasks.domain.settings.capacity import Autoscaling


class HourReport(Report):
    """One hour of a plan; a wait of None has no end: more comes than can be served."""

    start: datetime
    requests: float
    interval: tuple[float, float]
    in_flight: float
    replicas: int
    wait_ms: float | None
    holds: bool


class DemandReport(Report):
    """Traffic the plan was made from and for; growth is the change in a week, 0.02 for 2 %, None where not known."""

    start: datetime
    end: datetime
    requests_per_day: float
    cycle_hours: int
    peak_factor: float
    peak_factor_interval: tuple[float, float]
    growth_per_week: float | None
    growth_interval: tuple[float, float] | None


class ServiceTimeReport(Report):
    """How long a request is worked on."""

    release: str
    mean_ms: float
    p95_ms: float
    squared_cv: float


class CapacityReport(Report):
    """A plan of replicas, what it rests on, and what was done about it."""

    service: str
    release: str
    outcome: str
    text: str
    notes: list[str] = Field(default_factory=list)
    actions: list[str] = Field(default_factory=list)
    plan_id: str
    hours: list[HourReport]
    broken_hours: int
    replica_hours: int
    cost_usd: float | None
    constant_usd: float | None
    demand: DemandReport
    service_time: ServiceTimeReport
    autoscaling: Autoscaling
    autoscaler: dict[str, Any]
    mlflow_run_id: str | None = None


def capacity_report(made: Forecast) -> CapacityReport:
    """Return what a plan says: `planned` where every hour holds its objective, else `short`."""
    return CapacityReport(
        service=made.service,
        release=made.release,
        outcome="short" if made.plan.broken else "planned",
        text=words(made),
        notes=list(made.notes),
        plan_id=made.scaling.id,
        hours=[_hour(hour) for hour in made.plan.hours],
        broken_hours=len(made.plan.broken),
        replica_hours=made.plan.replica_hours,
        cost_usd=made.plan.cost_usd,
        constant_usd=made.plan.constant_usd,
        demand=_demand(made),
        service_time=ServiceTimeReport(
            release=made.measured,
            mean_ms=1000 * made.service_time.mean_s,
            p95_ms=made.p95_ms,
            squared_cv=made.service_time.squared_cv,
        ),
        autoscaling=made.asked,
        autoscaler=made.autoscaler,
    )


def _hour(hour: PlannedHour) -> HourReport:
    return HourReport(
        start=hour.start,
        requests=hour.requests.estimate,
        interval=(hour.requests.low, hour.requests.high),
        in_flight=hour.in_flight,
        replicas=hour.replicas,
        wait_ms=hour.wait_ms if math.isfinite(hour.wait_ms) else None,
        holds=hour.holds,
    )


def _demand(made: Forecast) -> DemandReport:
    known = made.known
    growth = growth_per_week(known)
    return DemandReport(
        start=known.start,
        end=made.learned_until,
        requests_per_day=24 * sum(known.rates) / len(known.rates),
        cycle_hours=known.cycle,
        peak_factor=known.peak_factor.estimate,
        peak_factor_interval=(known.peak_factor.low, known.peak_factor.high),
        growth_per_week=growth.estimate if growth else None,
        growth_interval=(growth.low, growth.high) if growth else None,
    )
