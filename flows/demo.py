"""`make demo`: a fortnight of made-up traffic, a bad release since yesterday, the real flow on embedded parts."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.table import Table

from flows.evaluation import evaluate
from tasks.domain.places import DEMO_HOME, DEMO_MLFLOW_URI
from tasks.domain.report import EvaluationReport, WindowReport
from tasks.domain.settings.judging import Judge
from tasks.domain.settings.logs import LogSource
from tasks.domain.verdict import Verdict, worst
from tasks.domain.window import floor, parse_length
from tasks.sources.made_up import MadeUpRelease, make_up

SERVICE = "support-bot"
WINDOW = "3h"
DAYS = 14
PLACE = Path(DEMO_HOME)


def main() -> int:
    """Run the demo and print what happened; 0 when the bad release was caught and nothing else was blamed."""
    began = time.monotonic()
    console = Console()
    _settle_in_a_fresh_place()
    end = floor(datetime.now(UTC) - timedelta(minutes=10), parse_length(WINDOW))
    changed = end - timedelta(days=1)
    path = PLACE / "logs.jsonl"
    console.print(
        f"[bold]Plumbline[/] watches [bold]{SERVICE}[/]: {DAYS} days of made-up traffic ending now.\n"
        f"Release 2 went out on {changed:%A at %H:%M} UTC; it answers worse and slower.\n"
        "The judge is a word-overlap heuristic, so that this runs offline; everything else is the real thing.\n"
    )
    make_up(path, seed=7, end=end, days=DAYS, service=SERVICE, releases=_releases(end, changed))
    report = cast(
        "EvaluationReport",
        evaluate(
            service=SERVICE,
            logs=LogSource(path=str(path)),
            judge=Judge(provider="heuristic"),
            window=WINDOW,
            start=end - timedelta(days=DAYS),
            end=end,
        ),
    )
    _show(console, report, changed)
    blamed = {window.release for window in report.windows if window.verdict == Verdict.FAIL}
    console.print(f"\n[dim]{time.monotonic() - began:.0f} s. Look closer:[/] [bold]make ui[/]")
    return 0 if blamed == {"2"} else 1


def _settle_in_a_fresh_place() -> None:
    """Begin anew, in databases of its own: made-up releases never mix with real ones, nor with an earlier demo's."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    os.environ["PLUMBLINE_STORE_URL"] = f"sqlite:///{PLACE}/store.db"
    os.environ["MLFLOW_TRACKING_URI"] = DEMO_MLFLOW_URI
    logging.getLogger("prefect").setLevel(logging.ERROR)


def _releases(end: datetime, changed: datetime) -> list[MadeUpRelease]:
    return [
        MadeUpRelease(name="1", starts=end - timedelta(days=DAYS), bad_share=0.02, latency_factor=0.8),
        MadeUpRelease(name="2", starts=changed, bad_share=0.12, latency_factor=1.0),
    ]


def _show(console: Console, report: EvaluationReport, changed: datetime) -> None:
    """Print the timeline, a row a day before the change and a row a window since; then the verdict's own words."""
    table = Table(title=f"{SERVICE}: {len(report.windows)} windows of {WINDOW}", title_justify="left")
    for column in ("window (UTC)", "release", "quality", "p95 ms", "verdict"):
        table.add_column(column, justify="right" if column in {"quality", "p95 ms"} else "left", no_wrap=True)
    table.add_column("why")
    since = [window for window in report.windows if window.start >= changed]
    before = [window for window in report.windows if window.start < changed]
    for day in sorted({window.start.date() for window in before}):
        windows = [window for window in before if window.start.date() == day]
        verdict = worst(Verdict(window.verdict) for window in windows)
        why = next((window.reasons[0] for window in windows if window.verdict == verdict != Verdict.PASS), "")
        name = f"{day:%m-%d}  {len(windows)} windows"
        table.add_row(name, windows[0].release, *_levels(windows), _colored(verdict), _short(why))
    for window in since:
        why = window.reasons[0] if window.verdict != Verdict.PASS else ""
        verdict = Verdict(window.verdict)
        table.add_row(f"{window.start:%m-%d %H:%M}", window.release, *_levels([window]), _colored(verdict), _short(why))
    console.print(table)
    failed = next((window for window in since if window.verdict == Verdict.FAIL), None)
    if failed is not None:
        console.print(f"\n{failed.text}", markup=False, highlight=False)


def _levels(windows: Sequence[WindowReport]) -> tuple[str, str]:
    """Mean quality and largest p95 over windows."""
    values: dict[str, list[float]] = {"quality": [], "latency": []}
    for window in windows:
        for finding in window.findings:
            if finding.monitor in values and finding.value is not None:
                values[finding.monitor].append(finding.value)
    quality = f"{sum(values['quality']) / len(values['quality']):.2f}" if values["quality"] else "–"
    return quality, f"{max(values['latency']):,.0f}" if values["latency"] else "–"


def _short(why: str) -> str:
    """The first clause of a reason; the whole stands in MLflow."""
    return why.split(";", maxsplit=1)[0].split(" (", maxsplit=1)[0]


def _colored(verdict: Verdict) -> str:
    color = {"pass": "green", "inconclusive": "magenta", "warn": "yellow", "fail": "red"}[verdict.value]
    return f"[{color}]{verdict.value}[/]"


if __name__ == "__main__":
    raise SystemExit(main())
