"""`make try LOGS=path`: one's own logs in three minutes, from a guess to a report and a block for prefect.yaml."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from pydantic import ValidationError
from rich.console import Console

from flows.replaying import guessed
from flows.replaying.alone import alone
from flows.replaying.trial import USUAL_BUDGET_USD, Trial
from flows.running.terminal import say
from tasks.domain.errors import PlumblineError, SettingsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Try Plumbline on one's own logs; 0 when something was decided, 1 when not, or with one line that says why not."""
    asked = _parse(arguments)
    console = Console(highlight=False, soft_wrap=True)
    # What a run has to say stands in what is printed; a failure is told once, below.
    logging.getLogger("prefect").setLevel(logging.CRITICAL)
    quick = temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})
    try:
        with quick:
            return _try(asked, console)
    except (PlumblineError, ValidationError) as error:
        say(console, f"Cannot try this: {_line(error)}", prose=True)
    except KeyboardInterrupt:
        console.print("Stopped; nothing was changed outside .plumbline/try.")
    return 1


def _try(asked: argparse.Namespace, console: Console) -> int:
    trial = Trial(asked.logs, _told(asked.map), asked.zone or None)
    tried = trial.guess.tried
    console.print(f"[bold]Mapping[/] guessed from {tried.rows} rows, {tried.readable} of them readable:")
    say(console, guessed.mapping(trial.guess))
    for words in guessed.found(trial.guess):
        say(console, words, prose=True)
    _list(console, "Missing", trial.guess.missing)
    guessed.check(trial.guess)
    trial.choose(asked.service or None)
    budget_usd = _amount(asked.budget)
    with alone(trial.service):
        return _replay(trial, asked.model or None, budget_usd, console)


def _replay(trial: Trial, model: str | None, budget_usd: float, console: Console) -> int:
    trial.hire(model, budget_usd)
    if trial.guess.unsure_of_needed:
        say(console, f"One row as it would be read:\n{guessed.one_row(trial.guess)}")
    _list(console, "Answer these", trial.guess.questions)
    if trial.guess.questions:
        say(console, f"  In one line, as guessed; mend what is not so:\n  {trial.again}")
    _list(console, "Good to know", trial.notes)
    trial.knock()
    say(console, f"\n{trial.plan}", prose=True)
    with console.status("Replaying ..."):
        trial.replay()
    say(console, f"\n{trial.text}\n", prose=True)
    console.print(f"[bold]{trial.ready}[/]")
    say(console, trial.block)
    for name, file in trial.write().items():
        say(console, f"{name:17}{file}")
    say(console, f"All windows, in MLflow:\nMLFLOW_TRACKING_URI={trial.mlflow_uri} make ui")
    return 1 if trial.undecided else 0


def _list(console: Console, heading: str, entries: Sequence[str]) -> None:
    if entries:
        console.print(f"[bold]{heading}[/]:")
    for entry in entries:
        say(console, f"- {entry}", prose=True)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make try", description=__doc__)
    parser.add_argument("logs", help="file, folder or glob")
    parser.add_argument("--service", default="", help="one of several in the logs")
    parser.add_argument("--map", default="", help="what you know better: name=column,name=column")
    parser.add_argument("--zone", default="", help="of times without one, such as Europe/Berlin")
    parser.add_argument("--model", default="", help="the judge's, where OPENAI_API_KEY is set")
    parser.add_argument("--budget", default=f"{USUAL_BUDGET_USD:g}", help="USD that judging may cost at most")
    return parser.parse_args(sys.argv[1:] if arguments is None else arguments)


def _told(mapped: str) -> dict[str, str]:
    """Read `name=column,name=column`."""
    pairs = [pair.partition("=") for pair in mapped.split(",") if pair.strip()]
    if wrong := [name for name, equals, column in pairs if not (equals and column.strip())]:
        raise SettingsError(f"MAP has {wrong[0]!r}; write it as MAP='prompt=your column,response=another'")
    return {name.strip(): column.strip() for name, _, column in pairs}


def _amount(text: str) -> float:
    """Read an amount of US dollars."""
    try:
        amount = float(text)
    except ValueError:
        amount = 0.0
    if not amount > 0:
        raise SettingsError(f"BUDGET {text!r} is no amount; give US dollars, such as BUDGET=2")
    return amount


def _line(error: Exception) -> str:
    """Return an error as one line."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return " ".join(str(error).split())


if __name__ == "__main__":
    # Without a server named, Prefect starts one of its own; what it says of itself is no news to a newcomer.
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    raise SystemExit(main())
