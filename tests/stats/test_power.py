"""What a sample can show."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.stats.agreement import prediction_powered_mean
from tasks.stats.power import detectable_drop, interactions_needed, label_precision, labels_needed

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


@pytest.mark.parametrize(
    ("asked", "named"),
    [((1, 0.2, 0.5, 100), "1 labels"), ((9, 0.2, 1.1, 100), "correlation 1.1"), ((9, NAN, 0.5, 100), "sd nan")],
)
def test_labels_that_make_no_plan_are_refused_by_name(asked: tuple, named: str) -> None:
    """Which number, and what it was."""
    with pytest.raises(ValueError, match=named):
        label_precision(*asked)
    with pytest.raises(ValueError, match="half_width 0"):
        labels_needed(0, 0.2, 0.5, 100)


def test_the_planned_precision_of_labels_is_the_one_that_the_estimate_then_has() -> None:
    """Half width of `prediction_powered_mean`, mean of 200 samples: 80 labels, 2,000 judged, correlation 0.8."""
    rng = np.random.default_rng(4)
    widths = []
    for _ in range(200):
        judge = rng.normal(0.7, 0.1, 2_000)
        human = 0.2 + judge * 0.64 + rng.normal(0, 0.048, 2_000)
        found = prediction_powered_mean(judge, judge[:80], human[:80])
        widths.append((found.high - found.low) / 2)
    assert np.mean(widths) == pytest.approx(label_precision(80, 0.08, 0.8, 2_000), rel=0.03)


@given(half=st.floats(0.005, 0.2), sd=st.floats(0.01, 0.5), r=st.floats(-1, 1), judged=st.integers(10, 10**6))
def test_the_labels_needed_are_the_fewest(half: float, sd: float, r: float, judged: int) -> None:
    """One label fewer is not enough; a judge that agrees never costs labels."""
    needed = labels_needed(half, sd, r, judged)
    assert label_precision(needed, sd, r, judged) <= half
    assert needed == 2 or label_precision(needed - 1, sd, r, judged) > half
    assert needed <= labels_needed(half, sd, 0, judged)
