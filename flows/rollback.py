"""Roll a service back: last good release → conditions → approve → switch → read back → record → tell."""

from __future__ import annotations

from typing import Any

from prefect.client.schemas import State
from prefect.runtime import flow_run

from flows.people.showing import show_moved
from flows.requests.request import ended
from flows.requests.rollback import RollbackRequest
from flows.running.door import door
from flows.running.tagging import tag
from tasks.domain.report import RollbackReport
from tasks.domain.settings.policy import Alerts, Target
from tasks.domain.settings.words import Line, Name


def _run_name() -> str:
    """Say service and reason in the name of the run."""
    asked: dict[str, Any] = flow_run.parameters
    return f"{asked.get('service', 'roll_back')} {'dry run' if asked.get('dry_run') else 'roll back'}"


@door("roll_back", _run_name)
def roll_back(
    service: Name,
    reason: Line,
    decision_id: str | None = None,
    to: Name | None = None,
    target: Target | None = None,
    approve: bool = False,
    dry_run: bool = False,
    by: Line = "",
    alerts: Alerts = Alerts(),
) -> RollbackReport | State[RollbackReport]:
    """Take a service back to its last good release, if every condition holds; otherwise say which does not.

    Args:
        service: The service to roll back.
        reason: Why; it stands in the record and in the messages.
        decision_id: The decision of `evaluate` this follows; its policy, target and alerts then count, not the
            ones given here. Also a rollback or an undo that a crash left in the middle: it is finished. Empty: a person
            asks.
        to: The release to go back to; empty: the last good one.
        target: How traffic is switched. Empty: as this service was switched last, or as its `evaluate` was told; where
            neither says, the alias alone.
        approve: Ask a person before switching.
        dry_run: Only say what would be done.
        by: Who asks; it stands in the record.
        alerts: Whom to tell.
    """
    tag(service)
    request = RollbackRequest(service, reason, decision_id, to, target, alerts, approve=approve, dry_run=dry_run, by=by)
    report = request.settle()
    request.tell(report)
    if report.switched_at:
        show_moved(service)
    return ended(report)
