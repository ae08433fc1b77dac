"""Budgets, families, culprits."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.stats.family import combine, ebh, log_threshold

NAN = float("nan")


@pytest.mark.parametrize("bad", [(0, 0.1), (8760, 0), (NAN, 0.1), (8760, -1), (math.inf, 0.1)])
def test_a_budget_that_is_not_positive_is_refused(bad):
    """There is no threshold for it."""
    with pytest.raises(ValueError, match="must be positive and finite"):
        log_threshold(*bad)


@pytest.mark.parametrize(
    ("logs", "weights", "named"),
    [
        ([1.0], [-0.5], "weight -0.5"),
        ([1.0], [NAN], "weight nan"),
        ([NAN], [0.5], "log evidence nan"),
        ([1.0, 2.0], [1.0], "1 weights for 2"),
        ([1.0, 2.0], [0.6, 0.6], r"weights sum to 1\.2"),
    ],
)
def test_what_cannot_be_combined_is_refused_by_name(logs, weights, named):
    """Which number, and where."""
    with pytest.raises(ValueError, match=named):
        combine(logs, weights)


@pytest.mark.parametrize("alpha", [0.0, 1.0, NAN])
def test_a_share_of_wrong_names_outside_the_unit_interval_is_refused(alpha):
    """Alpha is a share."""
    with pytest.raises(ValueError, match="alpha"):
        ebh([1.0], 1, alpha)


def test_evidence_that_is_no_number_names_nobody():
    """NaN is an error, not a culprit."""
    with pytest.raises(ValueError, match="nan"):
        ebh([NAN], 1, 0.1)


def test_the_thresholds_of_the_default_budgets():
    """Hourly windows: a tenth of a rollback and four warns a year."""
    assert log_threshold(8760, 0.1) == pytest.approx(11.38, abs=0.005)
    assert log_threshold(8760, 4) == pytest.approx(7.69, abs=0.005)


def test_a_family_takes_nothing_yet_and_overwhelming_alike():
    """Minus infinity adds nothing; 2000 does not overflow."""
    assert combine([-math.inf, -math.inf], [0.5, 0.5]) == -math.inf
    assert combine([], []) == -math.inf
    assert combine([5.0], [0.0]) == -math.inf
    assert combine([2000.0, -math.inf], [0.25, 0.75]) == pytest.approx(2000 + math.log(0.25))
    assert combine([2000.0, 2000.0], [0.5, 0.5]) == pytest.approx(2000.0)


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0.001, 1)), min_size=1, max_size=20))
def test_a_family_is_never_slower_than_its_strongest_member_alone(pairs):
    """It is at least log w_k + log e_k of each, and at most the largest evidence when weights sum to 1."""
    logs = [log for log, _ in pairs]
    weights = np.array([weight for _, weight in pairs]) / sum(weight for _, weight in pairs)
    told = combine(logs, weights)
    assert told >= max(log + math.log(weight) for log, weight in zip(logs, weights, strict=True)) - 1e-9
    assert told <= max(logs) + 1e-9


def test_culprits_are_those_that_moved_strongest_first():
    """Four streams, two of them far out."""
    assert ebh([2.0, 30.0, -1.0, 15.0], windows=50, alpha=0.05) == (1, 3)


def test_nobody_is_named_before_anything_was_seen():
    """No windows, no streams, no evidence."""
    assert ebh([], 1, 0.05) == ()
    assert ebh([-math.inf], 0, 0.05) == ()
    assert ebh([100.0, 1.0], [0, 10], 0.05) == ()


def test_the_culprits_are_the_largest_set_the_rule_allows():
    """Against the definition, by trying every set size."""
    rng = np.random.default_rng(31)
    for _ in range(200):
        logs = rng.normal(3, 3, 6)
        e = np.exp(logs) / 7
        ranked = np.argsort(-e)
        sizes = [k for k in range(1, 7) if e[ranked[k - 1]] >= 6 / (k * 0.1)]
        assert ebh(logs, 7, 0.1) == tuple(ranked[: max(sizes, default=0)])


def test_the_expected_share_of_wrong_names_stays_below_alpha():
    """By enumeration: three streams at the null that pay 20 with chance 1/20, in all combinations."""
    wrong = 0.0
    for pays in itertools.product((True, False), repeat=3):
        chance = math.prod(0.05 if paid else 0.95 for paid in pays)
        named = ebh([math.log(20) if paid else -math.inf for paid in pays], 1, 0.2)
        wrong += chance * bool(named)
    assert wrong <= 0.2
