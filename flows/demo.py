"""`make demo`: a fortnight of made-up traffic, a bad release since yesterday, caught and rolled back."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from rich.console import Console
from rich.table import Table

from flows.playing import Play
from tasks.domain.places import DEMO_HOME, DEMO_MLFLOW_URI
from tasks.domain.report import WindowReport
from tasks.domain.verdict import Verdict, worst
from tasks.domain.window import floor, parse_length
from tasks.sources.made_up import MadeUpRelease

SERVICE = "support-bot"
WINDOW = "3h"
DAYS = 14
PLACE = Path(DEMO_HOME)


def main() -> int:
    """Run the demo and print what happened; 0 when the bad release was caught, rolled back, and nothing else blamed."""
    began = time.monotonic()
    console = Console()
    _settle_in_a_fresh_place()
    end = floor(datetime.now(UTC) - timedelta(minutes=10), parse_length(WINDOW))
    start, changed = end - timedelta(days=DAYS), end - timedelta(days=1)
    console.print(
        f"[bold]Plumbline[/] watches [bold]{SERVICE}[/]: {DAYS} days of made-up traffic ending now.\n"
        f"Release 2 goes out on {changed:%A at %H:%M} UTC; it answers worse and slower.\n"
        "The judge is a word-overlap heuristic, so that this runs offline; everything else is the real thing.\n"
    )
    play = Play(
        SERVICE, PLACE / "logs", WINDOW, _RELEASES, seed=7,
        settings={"judge": {"provider": "heuristic"}, "policy": {"mode": "auto"}},
    )  # fmt: skip
    # Without a worker nobody looks at heartbeats, and their thread holds up the end of each run by a second.
    quick = temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})
    with quick, console.status("Thirteen good days, then release 2, window by window ..."):
        play.send_out("1", start, "demo")
        play.serve(start, changed)
        play.evaluate(start, changed)
        play.send_out("2", changed, "demo")
        play.live_through(changed, end)
    _show(console, play, changed)
    blamed = {window.release for window in play.windows if window.verdict == Verdict.FAIL}
    console.print(
        f"\nLive now: [bold]{play.live()}[/].  [dim]{time.monotonic() - began:.0f} s. Look closer:[/] make ui"
    )
    return 0 if blamed == {"2"} and play.live() == "1" else 1


_RELEASES = {
    "1": MadeUpRelease(name="1", bad_share=0.02, latency_factor=0.8),
    "2": MadeUpRelease(name="2", bad_share=0.2, latency_factor=1.0),
}


def _settle_in_a_fresh_place() -> None:
    """Begin anew, in databases of its own: made-up releases never mix with real ones, nor with an earlier demo's."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    os.environ["PLUMBLINE_STORE_URL"] = f"sqlite:///{PLACE}/store.db"
    os.environ["MLFLOW_TRACKING_URI"] = DEMO_MLFLOW_URI
    logging.getLogger("prefect").setLevel(logging.ERROR)


def _show(console: Console, play: Play, changed: datetime) -> None:
    """Print the timeline, a row a week before the change and a row a window since; then the verdict's own words."""
    table = Table(title=f"{play.service}: {len(play.windows)} windows of {play.window}", title_justify="left")
    for column in ("window (UTC)", "release", "quality", "p95 ms", "verdict"):
        table.add_column(column, justify="right" if column in {"quality", "p95 ms"} else "left", no_wrap=True)
    table.add_column("what was found and done")
    before = [window for window in play.windows if window.start < changed]
    for week in _halves(before):
        verdict = worst(Verdict(window.verdict) for window in week)
        span = f"{week[0].start:%m-%d} – {week[-1].start:%m-%d}"
        why = next((window.reasons[0] for window in week if window.verdict == verdict != Verdict.PASS), "")
        table.add_row(span, week[0].release, *_levels(week), _colored(verdict), _short(why) or f"{len(week)} windows")
    for window in play.windows[len(before) :]:
        done = [words for at, words in play.actions if at == window.end]
        why = _short(window.reasons[0]) if window.verdict != Verdict.PASS else ""
        verdict = Verdict(window.verdict)
        told = "\n".join(filter(None, [why, *(f"[bold]{_short(words)}[/]" for words in done)]))
        table.add_row(f"{window.start:%m-%d %H:%M}", window.release, *_levels([window]), _colored(verdict), told)
    console.print(table)
    failed = next((window for window in play.windows if window.verdict == Verdict.FAIL), None)
    if failed is not None:
        console.print(f"\n{failed.text}", markup=False, highlight=False)
    for _, words in play.actions:
        if words.startswith(("rolled back", "recovered", "not recovered")):
            console.print(f"\n{words[0].upper()}{words[1:]}", markup=False, highlight=False)


def _halves(windows: Sequence[WindowReport]) -> list[Sequence[WindowReport]]:
    """Split what came before the change in two, for two rows."""
    middle = len(windows) // 2
    return [half for half in (windows[:middle], windows[middle:]) if half]


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
    return why.split(";", maxsplit=1)[0].split(" (", maxsplit=1)[0].split(". ", maxsplit=1)[0]


def _colored(verdict: Verdict) -> str:
    color = {"pass": "green", "inconclusive": "magenta", "warn": "yellow", "fail": "red"}[verdict.value]
    return f"[{color}]{verdict.value}[/]"


if __name__ == "__main__":
    raise SystemExit(main())
