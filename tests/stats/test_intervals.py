"""Intervals agree with scipy's, and say nothing where nothing is known."""

import numpy as np
import pytest
from scipy import stats

from tasks.stats.intervals import mean_interval, spearman_interval


@pytest.mark.parametrize(
    ("values", "confidence", "words"),
    [([0.5], 0.95, "1 values"), ([0.5, float("nan")], 0.95, "nan is not finite"), ([0.5, 0.6], 1.0, "confidence 1.0")],
)
def test_what_makes_no_interval_is_named(values: list[float], confidence: float, words: str) -> None:
    """Each error says what is wrong."""
    with pytest.raises(ValueError, match=words):
        mean_interval(values, confidence=confidence)


def test_the_mean_has_the_interval_of_scipy() -> None:
    """Student's, at another confidence too."""
    values = np.random.default_rng(1).beta(4, 2, 40)
    for confidence in (0.95, 0.8):
        found = mean_interval(values, confidence=confidence)
        assert (found.low, found.high) == pytest.approx(
            stats.ttest_1samp(values, 0).confidence_interval(confidence_level=confidence)
        )


def test_the_interval_of_a_rank_correlation_covers_it() -> None:
    """A normal correlation of 0.7 is a rank correlation of 6/π asin(0.35) = 0.683; 95 % of 1,000 samples of 60."""
    rng, truth = np.random.default_rng(2), 6 / np.pi * np.arcsin(0.35)
    covered = 0
    for _ in range(1000):
        a, b = rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], 60).T
        found = spearman_interval(a, b)
        covered += found.low <= truth <= found.high
    assert 930 <= covered <= 970


def test_a_side_that_never_varies_tells_nothing() -> None:
    """Nor do three pairs; a perfect order stays one."""
    unknown = spearman_interval([0.5] * 30, list(range(30)))
    assert (unknown.estimate, unknown.low, unknown.high) == (0, -1, 1)
    assert (spearman_interval([1, 2, 3], [1, 2, 3]).low, spearman_interval([1, 2, 3], [1, 2, 3]).high) == (-1, 1)
    assert spearman_interval(range(9), range(9)).low == 1
