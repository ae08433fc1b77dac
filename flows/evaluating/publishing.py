"""What a run leaves in Prefect: a markdown artifact and an event."""

from __future__ import annotations

from collections.abc import Callable

from prefect.logging import get_run_logger

from flows.evaluating.assignment import Assignment
from flows.evaluating.reporting import in_a_line, markdown
from flows.running.artifacts import leave
from flows.running.aside import is_aside
from flows.running.emitting import emit
from tasks.domain.naming import line
from tasks.domain.report import EvaluationReport
from tasks.domain.window import span

_LOGGED = 50
"""Windows a run's log names, the newest; the whole period stands in MLflow."""


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
    _log(report)
    newest = [
        window.mlflow_run_id for window in report.windows if window.verdict == report.verdict and window.mlflow_run_id
    ]
    links = [("Window in MLflow", address)] if newest and (address := link_of(newest[-1])) else []
    service, words = assignment.service, headline.lower()
    beside = f"; {report.live}" if report.live else ""
    leave("verdict", service, markdown(report, headline, links), f"Verdict on {service}: {words}{beside}")
    if words == report.verdict:
        event = f"evaluation.{report.verdict}"
        emit(event, service, verdict=report.verdict, windows=len(report.windows), mlflow_run_ids=newest[-3:])


def _log(report: EvaluationReport) -> None:
    """Leave decisions and counts in the run's log."""
    logger, intake, windows = get_run_logger(), report.intake, report.windows
    logger.info(
        "%s rows read, %s accepted; %s judge calls, %s answers from the ledger",
        *(intake.rows, intake.accepted, report.judge.calls, report.judge.from_ledger),
    )
    for one in windows[-_LOGGED:]:
        said = one.reasons[0] if one.reasons else ""
        logger.info("%s", line(f"{one.release} {span(one.start, one.end)}: {one.verdict}, {one.judged} judged. {said}"))
    for action in report.actions:
        logger.info("%s", line(action))


def ending(headline: str, report: EvaluationReport) -> tuple[str, str]:
    """Return name and message of the run's final state; what fails in a replay is no failure of production."""
    said = in_a_line(report, headline)
    return ("Replayed", f"Nothing was switched. {said}") if is_aside() else (headline, said)
