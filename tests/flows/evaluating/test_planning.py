"""Which windows a run looks at."""

from datetime import datetime, timedelta

import pytest

from flows.evaluating.planning import plan
from tasks.domain.errors import SettingsError
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.policy import Policy
from tests.made import HOUR, START

LOGS = LogSource(path="logs.jsonl")
NOW = START + timedelta(days=10, minutes=30)


def planned(**asked: object):
    """A plan with nothing asked but what is given."""
    fields = {"start": None, "end": None, "last_evaluated": None, "oldest_open": None, "now": NOW} | asked
    return plan(LOGS, Policy(), HOUR, **fields)  # type: ignore[arg-type]


def test_start_after_end_is_refused() -> None:
    """The error names both."""
    with pytest.raises(SettingsError, match=r"start 2026-06-02.* is not before end 2026-06-01"):
        planned(start=START + timedelta(days=1), end=START)


def test_a_naive_datetime_is_refused() -> None:
    """The error names the parameter and the remedy."""
    with pytest.raises(
        SettingsError, match=r"start '2026-06-01T00:00:00' has no time zone; write it as 2026-06-01T00:00:00Z"
    ):
        planned(start=datetime(2026, 6, 1))  # noqa: DTZ001 (the point of the test)


def test_a_run_catches_up_from_the_last_window() -> None:
    """From the end of the last one evaluated up to now less the settle delay."""
    windows = planned(last_evaluated=NOW - timedelta(hours=3, minutes=30)).windows
    assert [w.start for w in windows] == [START + timedelta(days=10) - k * HOUR for k in (3, 2, 1)]


def test_a_run_catches_up_no_further_than_allowed() -> None:
    """At most max_catch_up windows back."""
    assert len(planned(last_evaluated=START).windows) == Policy().max_catch_up
    assert len(planned().windows) == Policy().max_catch_up


def test_a_window_still_open_is_looked_at_again() -> None:
    """Even when later ones are done."""
    windows = planned(last_evaluated=NOW - HOUR, oldest_open=START + timedelta(days=9, hours=20)).windows
    assert windows[0].start == START + timedelta(days=9, hours=20)


def test_a_given_end_inside_a_window_takes_that_window_in_once_it_is_over() -> None:
    """A period of past logs is covered to its last row; a window that still runs is not judged."""
    assert planned(start=START, end=START + timedelta(minutes=90)).end == START + 2 * HOUR
    assert planned(start=NOW - HOUR, end=NOW).end == START + timedelta(days=10)


def test_long_periods_are_taken_in_batches() -> None:
    """Every window exactly once, in order."""
    whole = planned(start=START, end=START + timedelta(days=9))
    assert [w for batch in whole.batches() for w in batch] == list(whole.windows)
    assert len(whole.windows) == 216
