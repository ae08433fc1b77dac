"""Capacity: how much traffic comes, and the replicas that serve it: measure → plan → act → record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prefect.client.schemas import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.provisioning.record import publish_capacity
from flows.provisioning.rooms import Commission, provisioning
from flows.running.door import door
from tasks.capacity import CapacityReport
from tasks.domain.settings.capacity import Autoscaling
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.policy import Alerts, Policy, Target
from tasks.domain.settings.words import Name


def _run_name() -> str:
    """Say the service in the name of the run."""
    asked: dict[str, Any] = flow_run.parameters
    return f"{asked.get('service', 'plan_capacity')} capacity"


@door("plan_capacity", _run_name)
def plan_capacity(
    service: Name,
    logs: LogSource,
    autoscaling: Autoscaling = Autoscaling(),
    policy: Policy = Policy(),
    target: Target = Target(),
    alerts: Alerts = Alerts(),
    end: datetime | None = None,
) -> CapacityReport | State[CapacityReport]:
    """Plan the replicas of the days ahead from past traffic; apply the plan as far as the policy allows.

    Args:
        service: The served application.
        logs: Where the interaction logs are.
        autoscaling: Bounds and objective; what the live release states itself comes before it.
        policy: What may be done about the plan: mode, and how fresh its logs must be.
        target: Who runs the replicas: a webhook. Without one the manifest is yours to apply.
        alerts: Whom to tell when the traffic needs more replicas than allowed.
        end: Logs up to here count, and the plan begins here (with time zone); empty: now, less the settle delay.
    """
    asked = Commission(
        service=service, logs=logs, autoscaling=autoscaling, policy=policy, target=target, alerts=alerts, end=end
    )
    with provisioning(asked) as rooms:
        traffic, note = rooms.measure()
        made = rooms.plan(traffic, note)
        action, done = rooms.act(made)
        report = rooms.record(made, action, done)
        publish_capacity(report, rooms.link)
    return Completed(message=report.text.split("\n")[0], name=report.outcome.capitalize(), data=report)
