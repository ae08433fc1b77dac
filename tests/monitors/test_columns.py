"""Columns kept as values with counts tell the same as the rows themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain.summary import ValueCounts
from tasks.monitors.columns import at_most, merge, mid_ranks, quantile
from tasks.monitors.intervals import quantile_interval, share_interval
from tasks.monitors.repeats import Repeats
from tests.made import counts

numbers = st.lists(st.integers(0, 50).map(float), min_size=1, max_size=80)


@given(numbers, numbers)
def test_merging_columns_is_counting_all_rows(one: list[float], other: list[float]) -> None:
    """The sum of two windows is the window of both."""
    both = merge([counts(np.array(one)), counts(np.array(other))])
    assert both == counts(np.array(one + other))


@given(numbers, st.floats(0.01, 0.99))
def test_a_quantile_is_the_smallest_value_reaching_the_share(values: list[float], share: float) -> None:
    """At least the share of the rows is at most the quantile, and fewer are below it."""
    level = quantile(counts(np.array(values)), share)
    good, total = at_most(counts(np.array(values)), level)
    assert good >= share * total - 1e-6
    assert sum(value < level for value in values) < share * total + 1e-6


@given(numbers)
def test_mid_ranks_of_the_reference_itself_average_one_half(values: list[float]) -> None:
    """Under no change the transform is fair, ties and all."""
    column = counts(np.array(values))
    ranks = mid_ranks(column, np.array(values))
    assert ranks.mean() == pytest.approx(0.5)


def test_an_empty_column_has_no_quantile() -> None:
    """Nothing measured is not zero."""
    assert np.isnan(quantile(ValueCounts(), 0.5))
    assert share_interval(0, 0) is None


def test_the_quantile_interval_covers_the_truth() -> None:
    """Order statistics cover the true 95th percentile in about 95 % of samples."""
    rng = np.random.default_rng(11)
    truth = np.exp(1.6448536269514722)
    hits = 0
    for _ in range(400):
        column = counts(rng.lognormal(0, 1, 300))
        interval = quantile_interval((np.array(column.values), np.array(column.counts)), 0.95)
        assert interval is not None
        hits += interval[0] <= truth <= interval[1]
    assert 0.92 <= hits / 400 <= 0.99


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(1, 7))
def test_repeats_do_not_depend_on_how_contents_are_split_into_windows(contents: list[int], size: int) -> None:
    """Σ N² / Σ N over all contents so far."""
    repeats = Repeats()
    for at in range(0, len(contents), size):
        repeats.add(contents[at : at + size])
    tallies = [contents.count(content) for content in set(contents)]
    expected = sum(n * n for n in tallies) / len(contents) if contents else 1.0
    assert repeats.factor == pytest.approx(expected)
