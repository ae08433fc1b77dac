"""What a run leaves in Prefect: a markdown artifact and an event."""

from __future__ import annotations

from collections.abc import Callable

from flows.evaluating.assignment import Assignment
from flows.evaluating.reporting import markdown
from flows.running.artifacts import leave
from flows.running.emitting import emit
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
    newest = [
        window.mlflow_run_id for window in report.windows if window.verdict == report.verdict and window.mlflow_run_id
    ]
    links = [("Window in MLflow", address)] if newest and (address := link_of(newest[-1])) else []
    service, words = assignment.service, headline.lower()
    leave("verdict", service, markdown(report, headline, links), f"Verdict on {service}: {words}")
    if words == report.verdict:
        event = f"evaluation.{report.verdict}"
        emit(event, service, verdict=report.verdict, windows=len(report.windows), mlflow_run_ids=newest[-3:])
