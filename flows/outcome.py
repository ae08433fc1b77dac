"""How a rollback ended, left as an artifact and told as an event; never text of users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect.artifacts import create_markdown_artifact
from prefect.events import emit_event

from flows.reporting import rollback_markdown, slug
from tasks.domain.markdown import escaped
from tasks.domain.report import RollbackReport
from tasks.store import Store

if TYPE_CHECKING:
    from flows.request import Request


def settled(request: Request, report: RollbackReport) -> None:
    """Leave the outcome as an artifact, tell it as an event, and tell people."""
    with Store.open() as store:
        request.tell(store, report)
    create_markdown_artifact(
        key=f"rollback-{slug(request.service)}",
        markdown=rollback_markdown(report),
        description=escaped(f"Rollback of {request.service}: {report.state}"),
    )
    if report.state in {"done", "refused", "failed", "rejected"}:
        emit("done" if report.state == "done" else "refused", request, report)


def emit(what: str, request: Request, report: RollbackReport | None = None) -> None:
    """Tell `plumbline.rollback.<what>`; never text of users."""
    emit_event(
        event=f"plumbline.rollback.{what}",
        resource={
            "prefect.resource.id": f"plumbline.service.{request.service}",
            "prefect.resource.name": request.service,
        },
        payload={"decision_id": request.action_id, "text": report.text if report else request.reason},
    )
