"""Values that every database keeps alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain.errors import StoreError
from tasks.store.columns import clean, utc_text


def test_a_time_without_zone_is_refused():
    """What it meant could only be guessed."""
    with pytest.raises(StoreError, match="2026-09-23T12:00:00 has no time zone"):
        utc_text(datetime(2026, 9, 23, 12))  # noqa: DTZ001


_moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.timezones())  # noqa: DTZ001


@given(_moments, _moments)
def test_times_as_text_sort_as_times_and_come_back(one, other):
    """Whatever zones they were in."""
    assert (utc_text(one) < utc_text(other)) == (one.astimezone(UTC) < other.astimezone(UTC))
    assert datetime.fromisoformat(utc_text(one)) == one.astimezone(UTC)


@given(st.text(st.characters()))
def test_cleaned_text_is_valid_everywhere_and_cleaning_it_again_changes_nothing(text):
    """So a name finds what was kept under it."""
    cleaned = clean(text)
    assert "\x00" not in cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert clean(cleaned) == cleaned
    assert len(cleaned) == len(text)


def test_times_of_any_zone_come_back_in_utc(store):
    """To the microsecond."""
    moment = datetime(2026, 3, 29, 3, 30, 0, 123456, timezone(timedelta(hours=5, minutes=45)))
    store.judge_state.pause("k", "down", moment)
    kept = store.judge_state.paused("k").at
    assert kept == moment
    assert kept.tzinfo is UTC
