"""The pages that a trial leaves: its report, and of the worst window the one that explains it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flows.evaluating.reporting import evaluation_report
from flows.replaying.hindsight import rule_words
from tasks.domain.backtest import BacktestReport
from tasks.tracking import Tracker, render_period


def write_pages(home: Path, done: BacktestReport, said: Sequence[str], caveats: Sequence[str]) -> dict[str, Path]:
    """Write the pages; returns where they are, by what they are.

    Args:
        home: Folder for them.
        done: What the replay showed.
        said: The same in sentences.
        caveats: What is to be kept in mind with it.
    """
    written = {"Report": home / "report.html"}
    period = evaluation_report(
        done.service, done.windows, done.intake, done.judge, [], nothing="no window has interactions"
    )
    page = render_period(
        period,
        title=f"{done.service}: what would have happened",
        notes=[*said, *rule_words(done.rules)],
        caveats=[_sentence(one) for one in caveats],
    )
    written["Report"].write_text(page)
    worst = done.worst()
    if worst is not None and worst.mlflow_run_id:
        written["Its worst window"] = home / "window.html"
        page = Tracker.connect(done.mlflow_uri).fetch(worst.mlflow_run_id, "report.html")
        written["Its worst window"].write_text(page)
    return written


def _sentence(note: str) -> str:
    """Return a note as it stands on a page."""
    return f"{note[:1].upper()}{note[1:].rstrip('.')}."
