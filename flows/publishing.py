"""What a run leaves in Prefect: a markdown artifact and an event."""

from __future__ import annotations

from collections.abc import Callable

from prefect.artifacts import create_markdown_artifact
from prefect.events import emit_event
from prefect.runtime import flow_run

from flows.aside import is_aside
from flows.assignment import Assignment
from flows.reporting import markdown, slug
from tasks.domain.markdown import escaped
from tasks.domain.report import EvaluationReport


def publish(
    assignment: Assignment, report: EvaluationReport, headline: str, link_of: Callable[[str], str | None]
) -> None:
    """Leave the verdict as an artifact and tell it as an event; neither carries text of users.

    A replay leaves neither.

    Args:
        assignment: What the run was asked to do.
        report: What it found.
        headline: The verdict, or that nothing was new; the last verdict then stands, and no event tells another.
        link_of: The address of an MLflow run.
    """
    if is_aside():
        return
    newest = [
        window.mlflow_run_id for window in report.windows if window.verdict == report.verdict and window.mlflow_run_id
    ]
    links = [("Window in MLflow", address)] if newest and (address := link_of(newest[-1])) else []
    create_markdown_artifact(
        key=f"verdict-{slug(assignment.service)}",
        markdown=markdown(report, headline, links),
        description=escaped(f"Verdict on {assignment.service}: {headline.lower()}"),
    )
    if headline.lower() != report.verdict:
        return
    emit_event(
        event=f"plumbline.evaluation.{report.verdict}",
        resource={
            "prefect.resource.id": f"plumbline.service.{assignment.service}",
            "prefect.resource.name": assignment.service,
        },
        related=[{"prefect.resource.id": f"prefect.flow-run.{flow_run.id}", "prefect.resource.role": "flow-run"}],
        payload={"verdict": report.verdict, "windows": len(report.windows), "mlflow_run_ids": newest[-3:]},
    )
