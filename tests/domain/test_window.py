"""Windows lie on a fixed UTC grid."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain.errors import SettingsError
from tasks.domain.window import aware_utc, ceil, floor, parse_delay, parse_length, window_of, windows_between

moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (zones beside)
lengths = st.sampled_from(["15m", "1h", "3h", "6h", "1d"])


@given(moments, lengths)
def test_a_moment_lies_in_its_window(moment: datetime, text: str) -> None:
    """Half-open: the start belongs to it, the end does not."""
    length = parse_length(text)
    window = window_of(moment, length)
    assert window.start <= moment < window.end
    assert window.length == length
    assert floor(window.start, length) == ceil(window.start, length) == window.start


@given(moments, lengths, st.integers(0, 30))
def test_windows_between_cover_without_gap_or_overlap(start: datetime, text: str, number: int) -> None:
    """Each ends where the next begins."""
    length = parse_length(text)
    windows = list(windows_between(start, floor(start, length) + number * length, length))
    assert len(windows) == number
    assert all(one.end == other.start for one, other in pairwise(windows))


@pytest.mark.parametrize("text", ["7m", "0h", "1w", "", "-1h", "5h", "7h", "1h30m"])
def test_a_length_that_does_not_divide_a_day_is_refused_by_name(text: str) -> None:
    """Else hours would not repeat from day to day."""
    with pytest.raises(SettingsError, match=f"'{text}'"):
        parse_length(text)


def test_delays_and_zones() -> None:
    """Any unit for delays; any zone is turned into UTC."""
    assert parse_delay("90s") == timedelta(seconds=90)
    with pytest.raises(SettingsError, match="'soon'"):
        parse_delay("soon")
    assert aware_utc(datetime(2026, 1, 1, 5, tzinfo=timezone(timedelta(hours=5))), "start") == datetime(
        2026, 1, 1, tzinfo=UTC
    )
