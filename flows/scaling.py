"""Apply a recorded plan of replicas: conditions → approve → scale → read back → record → tell."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.scaling_request import ScalingRequest, settled
from tasks.domain.errors import LeaseHeldError
from tasks.domain.report import ScalingReport


def _run_name() -> str:
    """Say service and plan in the name of the run."""
    asked: dict[str, Any] = flow_run.parameters
    return f"{asked.get('service', 'scale')} {'dry run' if asked.get('dry_run') else 'scale'}"


@flow(name="scale", flow_run_name=_run_name, persist_result=False)
def scale(
    service: str,
    plan_id: str | None = None,
    approve: bool = False,
    dry_run: bool = False,
    by: str = "",
) -> ScalingReport | State[ScalingReport]:
    """Let the target of a recorded plan follow it, if every condition holds; otherwise say which does not.

    Args:
        service: The service whose replicas are meant.
        plan_id: The plan of plan_capacity this follows, and its policy. Empty: a person asks for the newest plan.
        approve: Ask a person before scaling.
        dry_run: Only say what would be done.
        by: Who asks; it stands in the record.
    """
    request = ScalingRequest(service, plan_id, approve=approve, dry_run=dry_run, by=by)
    try:
        report = request.begin()
        if report is None and request.asks:
            request.ask()
        if report is None:
            report = request.apply()
    except LeaseHeldError as error:
        report = request.busy(error)
    settled(request, report)
    if report.state == "failed":
        return Failed(message=report.text, name="Failed", data=report)
    return Completed(message=report.text, name=report.state.replace("_", " ").capitalize(), data=report)
