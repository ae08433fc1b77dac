"""How a rollback ended, left as an artifact and told as an event; never text of users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect.artifacts import create_markdown_artifact

from flows.emitting import emit
from flows.reporting import rollback_markdown, slug
from tasks.domain.markdown import escaped
from tasks.domain.report import RollbackReport
from tasks.store import Store

if TYPE_CHECKING:
    from flows.request import Request


def settled(request: Request, report: RollbackReport) -> None:
    """Leave the outcome as an artifact, tell people, and tell a no as an event; a switch was told where it happened."""
    with Store.open() as store:
        request.tell(store, report)
    create_markdown_artifact(
        key=f"rollback-{slug(request.service)}",
        markdown=rollback_markdown(report),
        description=escaped(f"Rollback of {request.service}: {report.state}"),
    )
    if report.state in {"refused", "rejected"}:
        emit("rollback.refused", request.service, decision_id=request.action_id, text=report.text)
