"""Promote the candidate of an A/B test: conditions → approve → switch → read back → record → tell."""

from __future__ import annotations

from typing import Any

from prefect.client.schemas import State
from prefect.runtime import flow_run

from flows.people.showing import show_moved
from flows.requests.promotion import PromotionRequest
from flows.requests.request import ended
from flows.running.door import door
from flows.running.tagging import tag
from tasks.domain.report import PromotionReport
from tasks.domain.settings.words import Line, Name


def _run_name() -> str:
    """Say service and act in the name of the run."""
    asked: dict[str, Any] = flow_run.parameters
    return f"{asked.get('service', 'promote')} {'dry run' if asked.get('dry_run') else 'promote'}"


@door("promote", _run_name)
def promote(
    service: Name,
    decision_id: str | None = None,
    approve: bool = False,
    dry_run: bool = False,
    by: Line = "",
) -> PromotionReport | State[PromotionReport]:
    """Give the candidate of a decided A/B test all traffic, if every condition holds; otherwise say which does not.

    Args:
        service: The service whose candidate is meant.
        decision_id: The decision of `compare` this follows, with its policy, target and alerts. Empty: a person asks
            for the newest one.
        approve: Ask a person before switching.
        dry_run: Only say what would be done.
        by: Who asks; it stands in the record.
    """
    tag(service)
    request = PromotionRequest(service, decision_id, approve=approve, dry_run=dry_run, by=by)
    report = request.settle()
    request.tell(report)
    if report.switched_at:
        show_moved(service)
    return ended(report)
