"""What logs hold: services, releases, what served when; rows with a wrong clock do not stretch the period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks.domain.errors import SourceError
from tasks.domain.settings.logs import LogSource
from tasks.sources.survey import Survey, survey
from tests.sources.rows_made import START, row, write

HOUR = timedelta(hours=1)


def served(*hours: dict[str, int]) -> Survey:
    """A survey of hours, each with its rows by release."""
    found = Survey()
    for at, releases in enumerate(hours):
        for release, number in releases.items():
            found.rows["bot", release, START + at * HOUR] = number
    return found


def test_rows_with_a_wrong_clock_do_not_stretch_the_period() -> None:
    """A few, far from all others; many are traffic."""
    found = served({"1": 50}, {"1": 50})
    found.rows["bot", "1", datetime(2020, 2, 2, tzinfo=UTC)] = 2
    found.rows["bot", "1", datetime(2031, 2, 2, tzinfo=UTC)] = 1
    assert found.span("bot") == (START, START + 2 * HOUR)
    found.rows["bot", "1", datetime(2020, 2, 2, tzinfo=UTC)] = 40
    assert found.span("bot")[0] == datetime(2020, 2, 2, tzinfo=UTC)


def test_a_canary_does_not_serve_before_it_has_two_thirds() -> None:
    """And a rollback brings the release before back."""
    found = served({"1": 9}, {"1": 8, "2": 2}, {"1": 5, "2": 5}, {"1": 1, "2": 9}, {"2": 9}, {"1": 9})
    moves = found.served("bot", START, START + 6 * HOUR)
    assert moves == [(START, "1"), (START + 3 * HOUR, "2"), (START + 5 * HOUR, "1")]
    assert found.served("bot", START + 9 * HOUR, START + 10 * HOUR) == []


def test_logs_of_which_no_row_can_be_used_say_why(tmp_path: Path) -> None:
    """With the causes, the most frequent first."""
    rows = [row(1, release="1\x1b[2J"), row(2, release="1\n"), row(3, prompt=None)]
    path = str(write(tmp_path / "a.jsonl", rows))
    with pytest.raises(SourceError, match=r"no row of .* can be used: 2 illegible release, 1 missing prompt; map"):
        survey(LogSource(path=path))


def test_services_are_counted_the_largest_first_and_rows_of_none_belong_to_each(tmp_path: Path) -> None:
    """With their releases in the order they were seen, and what could not be read."""
    rows = [row(at, service="b", release="2" if at > 3 else "1") for at in range(6)]
    rows += [row(9, service="a"), row(10, service=None, release=None), row(11, prompt=None)]
    found = survey(LogSource(path=str(write(tmp_path / "a.jsonl", rows))))
    assert found.services()[0] == ("b", 6)
    assert found.releases("b") == {"1": 4, "2": 2, None: 1}
    assert found.quarantined == {"missing prompt": 1}
