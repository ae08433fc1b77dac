"""`make demo`: a fortnight of made-up traffic, a bad release since yesterday, the real flow on embedded parts."""

from __future__ import annotations

import logging
import os
import shutil
import time
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from flows.embedded import HOME

SERVICE = "support-bot"
WINDOW = "3h"
DAYS = 14
PLACE = HOME / "demo"


def main() -> int:
    """Run the demo and print what happened; 0 when the bad release was caught and nothing else was blamed."""
    began = time.monotonic()
    console = Console()
    _settle_in_a_fresh_place()
    from flows.evaluation import evaluate
    from tasks.domain.settings.judging import Judge
    from tasks.domain.settings.logs import LogSource
    from tasks.domain.window import floor, parse_length
    from tasks.sources.made_up import make_up

    now = datetime.now(UTC)
    end = floor(now - timedelta(minutes=10), parse_length(WINDOW))
    changed = end - timedelta(days=1)
    path = PLACE / "logs.jsonl"
    console.print(
        f"[bold]Plumbline[/] watches [bold]{SERVICE}[/]: {DAYS} days of made-up traffic ending now.\n"
        f"Release 2 went out on {changed:%A at %H:%M} UTC; it answers worse and slower.\n"
        "The judge is a word-overlap heuristic, so that this runs offline; everything else is the real thing.\n"
    )
    make_up(path, seed=7, end=end, days=DAYS, service=SERVICE, releases=_releases(end, changed))
    report = evaluate(
        service=SERVICE,
        logs=LogSource(path=str(path)),
        judge=Judge(provider="heuristic"),
        window=WINDOW,
        start=end - timedelta(days=DAYS),
        end=end,
    )
    _show(console, report, changed)
    caught = [window for window in report.windows if window.verdict == "fail"]
    blamed = {window.release for window in caught}
    console.print(f"\n[dim]{time.monotonic() - began:.0f} s. Look closer: [/][bold]make ui[/]")
    return 0 if blamed == {"2"} else 1


def _settle_in_a_fresh_place() -> None:
    """Begin anew: the demo's own store and MLflow, so that it can be run again and again."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    os.environ["PLUMBLINE_STORE_URL"] = f"sqlite:///{PLACE}/store.db"
    logging.getLogger("prefect").setLevel(logging.ERROR)


def _releases(end: datetime, changed: datetime) -> list[object]:
    from tasks.sources.made_up import MadeUpRelease

    return [
        MadeUpRelease(name="1", model="gpt-4o-mini", starts=end - timedelta(days=DAYS), bad_share=0.06),
        MadeUpRelease(name="2", model="gpt-4o-mini", starts=changed, bad_share=0.30, latency_factor=1.4),
    ]


def _show(console: Console, report: object, changed: datetime) -> None:
    """Print the timeline as one row a day, and one a window since the change; then the verdict's own words."""
    from tasks.domain.report import EvaluationReport

    assert isinstance(report, EvaluationReport)
    table = Table(title=f"{SERVICE}: {len(report.windows)} windows of {WINDOW}", title_justify="left")
    for column in ("window (UTC)", "release", "quality", "p95 ms", "verdict", "why"):
        table.add_column(
            column, justify="right" if column in {"quality", "p95 ms"} else "left", no_wrap=column != "why"
        )
    shown = [window for window in report.windows if window.start >= changed]
    quiet = [window for window in report.windows if window.start < changed]
    days = sorted({window.start.date() for window in quiet})
    for day in days:
        windows = [window for window in quiet if window.start.date() == day]
        worst = max(windows, key=lambda window: ("pass", "inconclusive", "warn", "fail").index(window.verdict))
        table.add_row(
            f"{day:%m-%d}  {len(windows)} windows", worst.release, *_levels(windows), _colored(worst.verdict), ""
        )
    for window in shown:
        why = window.reasons[0] if window.verdict != "pass" else ""
        table.add_row(
            f"{window.start:%m-%d %H:%M}", window.release, *_levels([window]), _colored(window.verdict), why[:90]
        )
    console.print(table)
    failed = next((window for window in shown if window.verdict == "fail"), None)
    if failed is not None:
        console.print(f"\n{failed.text}", markup=False, highlight=False)


def _levels(windows: list[object]) -> tuple[str, str]:
    """Mean quality and largest p95 over windows."""
    values: dict[str, list[float]] = {"quality": [], "latency": []}
    for window in windows:
        for finding in window.findings:  # type: ignore[attr-defined]
            if finding.monitor in values and finding.value is not None:
                values[finding.monitor].append(finding.value)
    quality = f"{sum(values['quality']) / len(values['quality']):.2f}" if values["quality"] else "–"
    return quality, f"{max(values['latency']):,.0f}" if values["latency"] else "–"


def _colored(verdict: str) -> str:
    color = {"pass": "green", "inconclusive": "yellow", "warn": "dark_orange", "fail": "red"}[verdict]
    return f"[{color}]{verdict}[/]"


if __name__ == "__main__":
    raise SystemExit(main())
