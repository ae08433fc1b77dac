"""Apply a recorded plan of replicas: conditions → approve → scale → read back → record → tell."""

from __future__ import annotations

from typing import Any

from prefect.client.schemas import State
from prefect.runtime import flow_run

from flows.requests.request import ended
from flows.requests.scaling import ScalingRequest
from flows.running.door import door
from flows.running.tagging import tag
from tasks.domain.report import ScalingReport
from tasks.domain.settings.words import Line, Name


def _run_name() -> str:
    """Say service and plan in the name of the run."""
    asked: dict[str, Any] = flow_run.parameters
    return f"{asked.get('service', 'scale')} {'dry run' if asked.get('dry_run') else 'scale'}"


@door("scale", _run_name)
def scale(
    service: Name,
    plan_id: str | None = None,
    approve: bool = False,
    dry_run: bool = False,
    by: Line = "",
) -> ScalingReport | State[ScalingReport]:
    """Let the target of a recorded plan follow it, if every condition holds; otherwise say which does not.

    Args:
        service: The service whose replicas are meant.
        plan_id: The plan of plan_capacity this follows, and its policy. Empty: a person asks for the newest plan.
        approve: Ask a person before scaling.
        dry_run: Only say what would be done.
        by: Who asks; it stands in the record.
    """
    tag(service)
    request = ScalingRequest(service, plan_id, approve=approve, dry_run=dry_run, by=by)
    report = request.settle()
    request.tell(report)
    return ended(report)
