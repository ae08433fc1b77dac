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

from flows.replaying.trial import Trial
from flows.running.terminal import say
from tasks.domain.errors import PlumblineError, SettingsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Try Plumbline on one's own logs; 0 when the report is written, 1 with one line that says what is wrong."""
    asked = _parse(arguments)
    console = Console(highlight=False, soft_wrap=True)
    # What a run has to say stands in what is printed; a failure is told once, below.
    logging.getLogger("prefect").setLevel(logging.CRITICAL)
    quick = temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})
    try:
        with quick:
            return _try(asked, console)
    except (PlumblineError, ValidationError) as error:
        say(console, f"Cannot try this: {_line(error)}")
    except KeyboardInterrupt:
        console.print("Stopped; nothing was changed outside .plumbline/try.")
    return 1


def _try(asked: argparse.Namespace, console: Console) -> int:
    trial = Trial(asked.logs, _told(asked.columns), asked.zone or None)
    tried = trial.guess.tried
    console.print(f"[bold]Mapping[/] guessed from {tried.rows} rows, {tried.readable} of them readable:")
    say(console, trial.mapping)
    if trial.guess.missing:
        raise SettingsError("; ".join(trial.guess.missing))
    trial.choose(asked.service or None)
    trial.hire(asked.model or None, _amount(asked.budget))
    for note in trial.notes:
        say(console, f"- {note}")
    say(console, f"\n{trial.plan}")
    with console.status("Replaying ..."):
        trial.replay()
    say(console, f"\n{trial.text}\n")
    console.print("[bold]Ready for prefect.yaml[/] (mode dry_run: it says what it would do):")
    say(console, trial.block)
    for name, file in trial.write().items():
        console.print(f"{name:17}{file}")
    console.print(f"{'All windows':17}MLFLOW_TRACKING_URI={trial.mlflow_uri} make ui")
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make try", description=__doc__)
    parser.add_argument("logs", help="file, folder or glob")
    parser.add_argument("--service", default="", help="one of several in the logs")
    parser.add_argument("--columns", default="", help="what you know better: name=column,name=column")
    parser.add_argument("--zone", default="", help="of times without one, such as Europe/Berlin")
    parser.add_argument("--model", default="", help="the judge's, where OPENAI_API_KEY is set")
    parser.add_argument("--budget", default="2", help="USD that judging may cost at most")
    return parser.parse_args(sys.argv[1:] if arguments is None else arguments)


def _told(columns: str) -> dict[str, str]:
    """Read `name=column,name=column`."""
    pairs = [pair.partition("=") for pair in columns.split(",") if pair.strip()]
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
