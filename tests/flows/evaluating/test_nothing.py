"""A run that found nothing says what there is instead: other services, other times, or why rows were put aside."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flows.evaluating.nothing import nothing_found
from flows.evaluating.planning import plan
from tasks.domain.report import Intake
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.policy import Policy
from tests.made import HOUR
from tests.sources.rows_made import START, row, write

NOW = START + timedelta(days=90)


def told(logs: LogSource, intake: Intake = Intake(), **others: int) -> str:
    """What a run at NOW says that was asked for a service `helpr` without a start."""
    planned = plan(logs, Policy(), HOUR, start=None, end=None, last_evaluated=None, oldest_open=None, now=NOW)
    return nothing_found("helpr", planned, intake, others, logs, NOW)


def test_a_misspelled_service_in_logs_of_other_times_is_told_which_there_are_and_when(tmp_path: Path) -> None:
    """Whoever left start out learns both at once."""
    logs = LogSource(path=str(write(tmp_path / "a.jsonl", [row(at, service="helper") for at in range(90)])))
    words = told(logs)
    assert words.startswith("no interactions of 'helpr' between 2026-08-")
    assert words.endswith(
        "; give start and end, or check logs.path and the service's name. These logs are from 2026-06-01 00:00Z to "
        "2026-06-01 01:29Z. Services there: helper"
    )


def test_services_of_the_same_hours_are_named_without_looking_at_the_logs_again(tmp_path: Path) -> None:
    """They were counted on the way; rows put aside come first."""
    gone = LogSource(path=str(tmp_path / "gone.jsonl"))
    assert told(gone, helper=3).endswith("Z. Services in these logs: helper")
    assert told(gone).endswith("check logs.path and the service's name")
    aside = told(gone, Intake(quarantined={"naive timestamp": 4}))
    assert aside.startswith("4 rows between")
    assert aside.endswith("naive timestamp. Set logs.timezone to the zone they were written in")
