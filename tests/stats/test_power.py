"""What a sample can show."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.stats.power import detectable_drop, interactions_needed

NAN = float("nan")


@pytest.mark.parametrize(
    ("position", "bad", "named"),
    [
        (0, 0.0, "drop 0.0"),
        (0, NAN, "drop nan"),
        (1, -1.0, "sd -1.0"),
        (2, 0, "windows 0"),
        (3, NAN, "log_threshold nan"),
        (4, 0, "baseline_size 0"),
    ],
)
def test_a_number_that_makes_no_plan_is_refused_by_name(position, bad, named):
    """Which one, and what it was."""
    numbers = [0.05, 0.2, 5, 14.4, 1000]
    numbers[position] = bad
    with pytest.raises(ValueError, match=named):
        interactions_needed(*numbers)
    if position != 0:
        with pytest.raises(ValueError, match=named):
            detectable_drop(200, *numbers[1:])


def test_too_small_a_baseline_never_shows_it():
    """N0 = 2 · 0.04 · 18.4 / 0.0004 = 3,680."""
    assert interactions_needed(0.02, 0.2, 24, 14.4, 3_680) == math.inf
    assert math.isfinite(interactions_needed(0.02, 0.2, 24, 14.4, 3_700))


def test_against_an_exact_baseline_it_is_the_formula():
    """2 sd² (log A + 4) / d², spread over the windows."""
    assert interactions_needed(0.05, 0.2, 5, 14.4, math.inf) == pytest.approx(2 * 0.04 * 18.4 / 0.0025 / 5)


@given(
    drop=st.floats(0.001, 0.5),
    sd=st.floats(0.01, 0.5),
    windows=st.integers(1, 500),
    line=st.floats(1, 20),
    size=st.floats(1, 1e6),
)
def test_the_detectable_drop_inverts_the_interactions_needed(drop, sd, windows, line, size):
    """Where it can be shown at all."""
    needed = interactions_needed(drop, sd, windows, line, size)
    if math.isfinite(needed):
        assert detectable_drop(needed, sd, windows, line, size) == pytest.approx(drop, rel=1e-6)
    else:
        assert detectable_drop(1e15, sd, windows, line, size) >= drop * (1 - 1e-6)
