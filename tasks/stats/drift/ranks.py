"""Tests on ranks and distribution functions; scipy is the engine."""

from __future__ import annotations

import math
import warnings

import numpy as np

from tasks.stats.drift.base import NumericPair, TestResult

_EXACT_AT_MOST = 10_000
"""scipy's exact law beyond this costs seconds for some statistics; the asymptotic one is then as good."""


def kolmogorov_smirnov(pair: NumericPair) -> TestResult:
    """Compare distribution functions by their largest gap, D = sup |F_ref − F_cur|.

    Assumes independent scores. Not for repeated looks: at 5 % it alarms in one window of twenty. The p-value is scipy's
    (exact up to 10,000 values a sample, else the asymptotic Kolmogorov law).

    Reference: Smirnov (1948), Table for estimating the goodness of fit of empirical distributions.
    """
    from scipy import stats

    larger, smaller = pair.cdf_gap
    statistic = max(larger, smaller)
    n, m = pair.reference.size, pair.current.size
    if max(n, m) <= _EXACT_AT_MOST:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # "switching to asymp": either law is fine here
            p_value = float(stats.ks_2samp(pair.reference, pair.current).pvalue)
    else:
        p_value = float(stats.kstwobign.sf(statistic * math.sqrt(n * m / (n + m))))
    return TestResult("ks", statistic, min(max(p_value, 0.0), 1.0), statistic if smaller >= larger else -statistic)


def mann_whitney(pair: NumericPair) -> TestResult:
    """Compare locations by ranks: U of the current sample; effect is Cliff's delta, 2U/(nm) − 1.

    Not for changes of spread alone. Ties are corrected for; samples all of one value give p = 1.

    Reference: Mann and Whitney (1947); Cliff (1993), Dominance statistics.
    """
    from scipy import stats

    n, m = pair.reference.size, pair.current.size
    below = np.searchsorted(pair.reference, pair.current, side="left")
    through = np.searchsorted(pair.reference, pair.current, side="right")
    u = float((below + through).sum()) / 2.0
    effect = 2.0 * u / (n * m) - 1.0
    if pair.reference[0] == pair.reference[-1] == pair.current[0] == pair.current[-1]:
        return TestResult("mann_whitney", u, 1.0, 0.0)
    if n * m <= 64 and np.unique(np.concatenate([pair.reference, pair.current])).size == n + m:
        p_value = float(stats.mannwhitneyu(pair.current, pair.reference, alternative="two-sided", method="auto").pvalue)
    else:
        _, ties = np.unique(np.concatenate([pair.reference, pair.current]), return_counts=True)
        total = n + m
        correction = float((ties.astype(float) ** 3 - ties).sum()) / (total * (total - 1.0))
        sd = math.sqrt(n * m / 12.0 * (total + 1.0 - correction))
        z = (abs(u - n * m / 2.0) - 0.5) / sd
        p_value = float(2.0 * stats.norm.sf(z))
    return TestResult("mann_whitney", u, min(p_value, 1.0), effect)


def anderson_darling(pair: NumericPair) -> TestResult:
    """Compare distribution functions with weight on the tails: the k-sample statistic with mid-ranks.

    scipy's p-value is interpolated and bounded to [0.001, 0.25]. One common value gives p = 1.

    Reference: Scholz and Stephens (1987), K-sample Anderson–Darling tests.
    """
    from scipy import stats

    if pair.reference[0] == pair.reference[-1] == pair.current[0] == pair.current[-1]:
        return TestResult("anderson_darling", 0.0, 1.0, 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "p-value capped": said above
        found = stats.anderson_ksamp([pair.reference, pair.current], variant="midrank")
    if not math.isfinite(found.statistic):  # too few values to norm the statistic by
        return TestResult("anderson_darling", 0.0, 1.0, _gap(pair))
    return TestResult("anderson_darling", float(found.statistic), float(found.pvalue), _gap(pair))


def cramer_von_mises(pair: NumericPair) -> TestResult:
    """Compare distribution functions by their mean squared gap.

    Exact up to 10 values a side, else asymptotic. One common value gives p = 1.

    Reference: Anderson (1962), On the distribution of the two-sample Cramér–von Mises criterion.
    """
    from scipy import stats

    if pair.reference[0] == pair.reference[-1] == pair.current[0] == pair.current[-1]:
        return TestResult("cramer_von_mises", 0.0, 1.0, 0.0)
    if min(pair.reference.size, pair.current.size) < 2:
        return TestResult("cramer_von_mises", 0.0, 1.0, _gap(pair))
    found = stats.cramervonmises_2samp(pair.reference, pair.current)
    return TestResult("cramer_von_mises", float(found.statistic), float(found.pvalue), _gap(pair))


def epps_singleton(pair: NumericPair) -> TestResult:
    """Compare characteristic functions; good power against changes of shape, discrete values too.

    Needs five values a side and a spread between the pooled quartiles; without them the answer is statistic 0, p 1:
    nothing can be said.

    Reference: Epps and Singleton (1986), An omnibus test for the two-sample problem.
    """
    from scipy import stats

    both = np.concatenate([pair.reference, pair.current])
    low, high = np.percentile(both, [25, 75])
    if min(pair.reference.size, pair.current.size) < 5 or low == high:
        return TestResult("epps_singleton", 0.0, 1.0, _gap(pair))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # "not of full rank": the statistic then means nothing
            found = stats.epps_singleton_2samp(pair.reference, pair.current)
    except (np.linalg.LinAlgError, UserWarning):
        return TestResult("epps_singleton", 0.0, 1.0, _gap(pair))
    return TestResult("epps_singleton", float(found.statistic), float(found.pvalue), _gap(pair))


def _gap(pair: NumericPair) -> float:
    larger, smaller = pair.cdf_gap
    return max(larger, smaller)
