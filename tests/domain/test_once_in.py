"""Evidence in words keeps the order of the evidence."""

import math
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain.once_in import once_in

lengths = st.sampled_from([timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(days=1)])
evidence = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)
_HOURS = {"minutes": 1 / 60, "hour": 1.0, "hours": 1.0, "days": 24.0, "months": 730.0, "years": 8760.0}


def hours(words: str) -> float:
    """Read the words back."""
    found = re.fullmatch(r"(more than )?([\d,]+) (\w+)", words)
    assert found, words
    return (int(found[2].replace(",", "")) + (0.5 if found[1] else 0.0)) * _HOURS[found[3]]


@given(st.one_of(st.none(), st.just(math.nan), st.just(-math.inf), st.floats(max_value=0.0)), lengths)
def test_no_evidence_is_what_every_window_shows(value: float | None, length: timedelta) -> None:
    """None, nothing, less than nothing and no number at all read as one window: no reason for alarm, and no crash."""
    assert hours(once_in(value, length)) == length / timedelta(hours=1)


@given(evidence, evidence, lengths)
def test_more_evidence_never_reads_as_more_usual(one: float, other: float, length: timedelta) -> None:
    """Rounding and the change of unit keep the order."""
    low, high = sorted((one, other))
    assert hours(once_in(low, length)) <= hours(once_in(high, length))


@given(st.floats(0.0, 15.0), lengths)
def test_the_words_are_right_within_their_rounding(value: float, length: timedelta) -> None:
    """A count of two or more is off by half at most: a quarter of the value."""
    true = math.exp(value) * (length / timedelta(hours=1))
    words = once_in(value, length)
    assert "more than" in words or hours(words) == pytest.approx(true, rel=0.26)


def test_the_end_of_the_scale() -> None:
    """A thousand years are named; beyond, more would be a claim nobody can check."""
    hour = timedelta(hours=1)
    assert once_in(math.log(8_760_000), hour) == "1,000 years"
    assert once_in(math.inf, hour) == once_in(17.0, hour) == "more than 1,000 years"
    assert once_in(math.log(1.5), hour) == "90 minutes"
