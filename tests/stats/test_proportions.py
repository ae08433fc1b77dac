"""Two shares compared, against published figures and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.stats.proportions import compare_proportions


@pytest.mark.parametrize(
    ("reference", "current", "named"),
    [
        ((0, 0), (1, 2), "reference: 0 successes of 0"),
        ((1, 2), (3, 2), "current: 3 successes of 2"),
        ((-1, 2), (1, 2), "reference: -1 successes"),
        ((1, float("nan")), (1, 2), "reference: 1 successes of nan"),
    ],
)
def test_impossible_counts_are_refused_by_side(reference, current, named):
    """Which side, and what it said."""
    with pytest.raises(ValueError, match=named):
        compare_proportions(reference, current)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -0.1, float("nan")])
def test_a_confidence_outside_the_unit_interval_is_refused(confidence):
    """As everywhere."""
    with pytest.raises(ValueError, match="confidence"):
        compare_proportions((1, 2), (1, 2), confidence=confidence)


@pytest.mark.parametrize(
    ("current", "reference", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_intervals_are_newcombes(current, reference, low, high):
    """Table II of Newcombe (1998), method 10."""
    found = compare_proportions(reference, current)
    assert (found.difference.low, found.difference.high) == pytest.approx((low, high), abs=5e-5)


def test_the_p_value_is_boschloos_while_samples_are_small():
    """And the pooled z test beyond."""
    small = compare_proportions((7, 40), (16, 38))
    assert small.exact
    assert small.p_value == pytest.approx(stats.boschloo_exact([[7, 16], [33, 22]]).pvalue, rel=1e-9)
    large = compare_proportions((700, 4000), (600, 3800))
    expected = stats.chi2_contingency([[700, 600], [3300, 3200]], correction=False).pvalue
    assert not large.exact
    assert large.p_value == pytest.approx(expected, rel=1e-9)
    assert compare_proportions((0, 5), (0, 9)).p_value == 1.0
    assert compare_proportions((0, 5000), (0, 9000)).p_value == 1.0


@pytest.mark.slow
def test_the_interval_covers_a_rare_rate():
    """At 2 % and 60 against 90, in at least 93 of 100 samples."""
    rng = np.random.default_rng(31)
    covered = [
        found.difference.low <= 0.02 <= found.difference.high
        for before, now in zip(rng.binomial(90, 0.02, 200), rng.binomial(60, 0.04, 200), strict=True)
        if (found := compare_proportions((int(before), 90), (int(now), 60)))
    ]
    assert np.mean(covered) >= 0.93
