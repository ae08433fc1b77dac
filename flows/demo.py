"""`make demo`: a fortnight of made-up traffic in which much goes wrong, and only one thing is the release's fault."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.running.terminal import quiet_console, say
from flows.story.chapters import ACTS, DAYS, RELEASES, Played, perform
from flows.story.contrast import Contrast, contrasts
from flows.story.drill import Drill, judge_on_loopback
from flows.story.playing import Play
from tasks.domain.places import DEMO_HOME, DEMO_MLFLOW_URI
from tasks.domain.verdict import Verdict
from tasks.domain.window import floor, parse_length

SERVICE = "support-bot"
WINDOW = "3h"
PLACE = Path(DEMO_HOME)
_KEY = "PLUMBLINE_DEMO_JUDGE_KEY"
_PER_WINDOW = 80


def main() -> int:
    """Tell the story; 0 when the bad release alone was rolled back, and each other trouble was named."""
    began = time.monotonic()
    console = Console()
    _settle_in_a_fresh_place()
    end = floor(datetime.now(UTC) - timedelta(minutes=10), parse_length(WINDOW))
    start = end - timedelta(days=DAYS)
    _announce(console)
    # Without a worker nobody looks at heartbeats, and their thread holds up the end of each run by a second.
    quick = temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})
    with quick, judge_on_loopback() as judge:
        play = _play(judge)
        played = _perform(console, play, judge, start)
    _show(console, played)
    _compare(console, contrasts(play, played))
    _explain(console, played)
    live = play.live()
    console.print(
        f"Live now: [bold]{live}[/].  [dim]{time.monotonic() - began:.0f} s.[/]  Look closer: [bold]make ui[/]. "
        "Your own logs: [bold]make try LOGS=…[/]"
    )
    return 0 if live == "3" and all(one.as_expected for one in played) else 1


def _settle_in_a_fresh_place() -> None:
    """Begin anew, in databases of its own: made-up releases never mix with real ones, nor with an earlier demo's."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    os.environ["PLUMBLINE_STORE_URL"] = f"sqlite:///{PLACE}/store.db"
    os.environ["MLFLOW_TRACKING_URI"] = DEMO_MLFLOW_URI
    os.environ[_KEY] = "none"
    quiet_console()


def _announce(console: Console) -> None:
    console.print(
        f"[bold]Plumbline[/] watches [bold]{SERVICE}[/] over a fortnight of made-up traffic.\n"
        "The judge breaks down, then turns strict; a campaign brings other questions;\n"
        "releases 2 and 3 are fine. None of that may cost a release its place.\n"
        "Release 4 went out yesterday, answers worse, and has to be rolled back.\n"
        "Real flows, store, MLflow, judge client. Judge: a [bold]stand-in[/] on loopback, no LLM.\n",
        highlight=False,
    )


def _play(judge: Drill) -> Play:
    settings = {
        "judge": {"model": judge.model, "base_url": judge.base_url, "api_key": _KEY},
        "sampling": {"per_window": _PER_WINDOW},
        # What gpt-4o-mini costs, so that the judge's cost means something.
        "monitors": {"cost": {"prices": {judge.model: {"input_per_1k_usd": 0.00015, "output_per_1k_usd": 0.0006}}}},
        "policy": {"mode": "auto"},
    }
    return Play(SERVICE, PLACE / "logs", WINDOW, RELEASES, seed=7, settings=settings)


def _perform(console: Console, play: Play, judge: Drill, start: datetime) -> list[Played]:
    played: list[Played] = []
    columns = TextColumn("{task.description:<46}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("", total=DAYS)
        for act in ACTS:
            progress.update(bar, description=act.what or "quiet days")
            if not console.is_terminal:  # no bar: whoever reads a file or a CI log sees that it goes on
                console.print(f"{datetime.now(UTC):%H:%M:%S}Z  {act.days:g} days: {act.what or 'quiet'} ...")
            played.append(perform(act, play, judge, played[-1].end if played else start))
            progress.advance(bar, act.days)
    return played


def _show(console: Console, played: Sequence[Played]) -> None:
    """Print a row for each thing that happened: what it was, the verdict, what was said and done."""
    # Three columns: without a terminal there are 80 characters, and the words need most of them.
    table = Table(box=SIMPLE, padding=0, pad_edge=False)
    for column, width in (("UTC", 12), ("what happened", 24), ("what Plumbline said and did", None)):
        table.add_column(column, width=width)
    for one in (one for one in played if one.act.what):
        said = [_reason(one), *(f"[bold]{_short(words)}[/]" for _, words in one.actions if _is_worth_a_line(words))]
        said[0] = f"{_colored(one.verdict)}: {said[0]}"
        mark = "" if one.as_expected else "  [red](not as expected)[/]"
        table.add_row(f"{one.start:%m-%d %H:%M}", one.act.what + mark, "\n".join(said))
    console.print(table)


def _reason(one: Played) -> str:
    window = next(window for window in one.windows if window.verdict == one.verdict.value)
    if one.verdict is Verdict.PASS:
        return f"in all {len(one.windows)} windows"
    # Of the windows of that release: one that was rolled back served in a part of the time only.
    mine = [each for each in one.windows if each.release == window.release]
    number = sum(each.verdict == one.verdict.value for each in mine)
    served = f" that {window.release} served" if len(mine) < len(one.windows) else ""
    return f"{_short(window.reasons[0])} ({number} of {len(mine)} windows{served})"


def _is_worth_a_line(words: str) -> bool:
    return words.startswith(("rolled back", "recovered", "not rolled back", "no rollback", "not recovered"))


def _compare(console: Console, contrasted: Sequence[Contrast]) -> None:
    """Print what common rules would have done over the same fortnight."""
    table = Table(box=SIMPLE, padding=(0, 1), pad_edge=False)
    for column in ("the same fortnight", "false rollbacks", "bad release served", "judge cost"):
        table.add_column(column, justify="left" if column == "the same fortnight" else "right")
    for one in contrasted:
        served = one.delay_windows
        delay = f"{served} window{'s' if served > 1 else ''}" if served else "never stopped"
        table.add_row(one.rule, str(one.false_rollbacks), delay, f"{one.judge_usd:.2f} USD")
    console.print(table)


def _explain(console: Console, played: Sequence[Played]) -> None:
    """Print the words of the verdict that ended in the rollback."""
    for one in played:
        failed = next((window for window in one.windows if window.verdict == Verdict.FAIL), None)
        if failed is not None:
            lines = failed.text.split("\n")
            told = [lines[0], *(line for line in lines if line.startswith(("- Quality", "An unchanged", "Judge")))]
            say(console, "\n" + "\n".join(told))
            done = one.rolled_back or "not rolled back"
            say(console, f"{done[0].upper()}{done[1:]}\n")


def _short(why: str) -> str:
    """The first clause of a reason; the whole stands in MLflow."""
    return why.split(";", maxsplit=1)[0].split(" (", maxsplit=1)[0].split(". ", maxsplit=1)[0]


def _colored(verdict: Verdict) -> str:
    color = {"pass": "green", "inconclusive": "magenta", "warn": "yellow", "fail": "red"}[verdict.value]
    return f"[{color}]{verdict.value}[/]"


if __name__ == "__main__":
    raise SystemExit(main())
