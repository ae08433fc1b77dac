"""Since when, and by how much."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.stats.change_point import change_point

NAN = float("nan")


@pytest.mark.parametrize(
    ("means", "sizes", "named"),
    [
        ([], [], "no scores"),
        ([0.5], [0], "no scores"),
        ([NAN], [5], "no scores"),
        ([0.5], [1, 2], "2 sizes"),
        ([0.5], [-1], "size -1"),
        ([0.5], [math.inf], "size inf"),
        ([-math.inf], [1], "mean -inf"),
    ],
)
def test_nothing_to_look_at_is_refused(means, sizes, named):
    """No scores, no change point."""
    with pytest.raises(ValueError, match=named):
        change_point(means, sizes, 0.8)


def test_a_baseline_that_is_no_number_is_refused():
    """Nothing can have fallen below it."""
    with pytest.raises(ValueError, match="baseline mean nan"):
        change_point([0.5, 0.5], [1, 1], [0.5, NAN])


def test_a_clean_step_is_found_where_it_is():
    """Ten windows at the baseline, five below."""
    found = change_point([0.8] * 10 + [0.7] * 5, [50] * 15, 0.8)
    assert (found.start_index, found.size) == (10, 250)
    assert found.drop == pytest.approx(0.1)
    assert found.standard_error == pytest.approx(0.0)


def test_windows_without_scores_count_for_nothing():
    """Neither do they start a change."""
    found = change_point([0.8, NAN, 0.7, 0.0, 0.7], [50, 50, 50, 0, 50], 0.8)
    assert (found.start_index, found.size) == (2, 100)


def test_hours_that_differ_are_held_against_their_own_mean():
    """Nights at their usual lower mean are no drop; against one mean for all they look like one."""
    means, hours = [0.8, 0.7, 0.8, 0.7, 0.78, 0.68], [0.8, 0.7] * 3
    found = change_point(means, [100] * 6, hours)
    assert found.start_index == 4
    assert found.drop == pytest.approx(0.02)
    with pytest.raises(ValueError, match="2 baseline means for 6"):
        change_point(means, [100] * 6, [0.8, 0.7])


def test_one_window_has_no_scatter():
    """Its standard error is unknown, not zero."""
    assert change_point([0.7], [10], 0.8).standard_error == math.inf


def test_the_standard_error_is_that_of_the_pooled_mean():
    """Over many draws the estimate agrees with the spread it speaks of."""
    rng = np.random.default_rng(41)
    drops, errors = [], []
    for _ in range(400):
        means = rng.normal(0.5, 0.02, 30)  # so far below that the change is always at the start
        found = change_point(means, [100] * 30, 0.9)
        drops.append(found.drop)
        errors.append(found.standard_error)
    assert np.mean(errors) == pytest.approx(np.std(drops), rel=0.1)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(1, 100)), min_size=1, max_size=30),
    st.floats(0, 1),
)
def test_no_other_start_is_likelier(windows, baseline):
    """Against the definition, by trying every start."""
    means, sizes = np.array([m for m, _ in windows]), np.array([n for _, n in windows], dtype=float)
    found = change_point(means, sizes, baseline)
    rated = [
        (baseline - np.average(means[s:], weights=sizes[s:])) * math.sqrt(sizes[s:].sum()) for s in range(len(windows))
    ]
    assert rated[found.start_index] == pytest.approx(max(rated), abs=1e-9)
    assert found.size == sizes[found.start_index :].sum()
