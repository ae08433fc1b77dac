"""Tests on ranks and distribution functions; scipy is the engine.

Of a summarized reference `ks` and `mann_whitney` count all values it had. The others take the kept ones for all there
were: their p-values are then too large, never too small.
"""

from __future__ import annotations

import math
import warnings

import numpy as np

from tasks.stats.drift.base import Floats, NumericPair, TestResult

_EXACT_AT_MOST = 10_000
"""scipy's exact law beyond this costs seconds for some statistics; the asymptotic one is then as good."""


def kolmogorov_smirnov(pair: NumericPair) -> TestResult:
    """Compare distribution functions by their largest gap, D = sup |F_ref − F_cur|.

    Assumes independent scores. Not for repeated looks: at 5 % it alarms in one window of twenty. The p-value is scipy's
    exact one up to 10,000 values a sample; beyond that, and of a summarized reference, the asymptotic Kolmogorov law
    for as many values as the reference had. The effect is D, positive where the current values lie higher.

    Reference: Smirnov (1948), Table for estimating the goodness of fit of empirical distributions.

    Example:
        >>> from tasks.stats.drift import compare_numeric
        >>> (found,) = compare_numeric([1, 2, 3, 4, 5, 6], [3, 4, 5, 6, 7, 9], ("ks",))
        >>> round(found.statistic, 3), round(found.p_value, 3)
        (0.333, 0.931)
    """
    from scipy import stats

    above, below = pair.cdf_gap
    statistic = max(above, below)
    n, m = pair.reference_size, pair.current.size
    if max(n, m) <= _EXACT_AT_MOST and pair.reference.size == n:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # "switching to asymp": either law is fine here
            p_value = float(stats.ks_2samp(pair.reference, pair.current).pvalue)
    else:
        p_value = float(stats.kstwobign.sf(statistic * math.sqrt(n * m / (n + m))))
    effect = statistic if below >= above else -statistic
    return TestResult("ks", statistic, min(max(p_value, 0.0), 1.0), effect, directed=True)


def mann_whitney(pair: NumericPair) -> TestResult:
    """Compare locations by ranks: U of the current sample; effect is Cliff's delta, 2U/(nm) − 1.

    Not for changes of spread alone. Ties are corrected for; samples all of one value give p = 1.

    Formula: U = #(current > reference) + ½ #(equal) over all pairs. Assumes independent scores.

    Reference: Mann and Whitney (1947); Cliff (1993), Dominance statistics.

    Example:
        >>> from tasks.stats.drift import compare_numeric
        >>> (found,) = compare_numeric([1, 2, 3, 4, 5, 6], [3, 4, 5, 6, 7, 9], ("mann_whitney",))
        >>> found.statistic, round(found.effect, 3)
        (28.0, 0.556)
    """
    from scipy import stats

    n, m = pair.reference.size, pair.current.size
    u = _pairs_won(pair)
    effect = 2.0 * u / (n * m) - 1.0
    if pair.one_value:
        return TestResult("mann_whitney", u, 1.0, 0.0, directed=True)
    ties = _tied(pair)
    if n * m <= 64 and ties == 0.0:
        p_value = float(stats.mannwhitneyu(pair.current, pair.reference, alternative="two-sided", method="auto").pvalue)
    else:
        scale = pair.reference_size / n  # of a summary: each kept value stands for so many
        total = n * scale + m
        sd = math.sqrt(n * scale * m / 12.0 * (total + 1.0 - ties / (total * (total - 1.0))))
        z = (abs(u - n * m / 2.0) * scale - 0.5) / sd
        p_value = float(2.0 * stats.norm.sf(z))
    return TestResult("mann_whitney", u, min(p_value, 1.0), effect, directed=True)


def _pairs_won(pair: NumericPair) -> float:
    """Return in how many pairs the current value is larger, ties half: U, counted from the smaller sample."""
    few, many = sorted((pair.reference, pair.current), key=len)
    below = np.searchsorted(many, few, side="left").sum() + np.searchsorted(many, few, side="right").sum()
    of_few = float(below) / 2.0
    return of_few if few is pair.current else float(few.size) * many.size - of_few


def _tied(pair: NumericPair) -> float:
    """Return Σ (t³ − t) over the groups of equal values in both samples pooled."""
    scale = pair.reference_size / pair.reference.size
    values, counts = _groups(pair.reference, scale)
    others, seen = _groups(pair.current, 1.0)
    few, counted, many, alongside = (
        (values, counts, others, seen) if values.size <= others.size else (others, seen, values, counts)
    )
    place = np.minimum(np.searchsorted(many, few), many.size - 1)
    shared = np.where(many[place] == few, alongside[place], 0.0)
    return float((alongside**3 - alongside).sum() + ((counted + shared) ** 3 - shared**3 - counted).sum())


def _groups(values: Floats, scale: float) -> tuple[Floats, Floats]:
    """Return distinct values of a sorted sample and how often each came."""
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    return values[starts], np.diff(np.append(starts, values.size)) * scale


def anderson_darling(pair: NumericPair) -> TestResult:
    """Compare distribution functions with weight on the tails: the k-sample statistic with mid-ranks.

    scipy's p-value is interpolated and bounded to [0.001, 0.25]. One common value gives p = 1.

    Formula: `Σ (F_ref − F_cur)² / (F (1 − F))` over the pooled sample, normed. Assumes independent scores; not for
    p-values beyond that range.

    Reference: Scholz and Stephens (1987), K-sample Anderson–Darling tests.

    Example:
        >>> from tasks.stats.drift import compare_numeric
        >>> (found,) = compare_numeric([1, 2, 3, 4, 5, 6], [3, 4, 5, 6, 7, 9], ("anderson_darling",))
        >>> round(found.statistic, 3), round(found.p_value, 3)
        (1.057, 0.12)
    """
    from scipy import stats

    if pair.one_value:
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

    Formula: nm/(n + m)² Σ (F_ref − F_cur)² over the pooled sample. Assumes independent scores; not for heavy ties: its
    law is that of continuous values.

    Reference: Anderson (1962), On the distribution of the two-sample Cramér–von Mises criterion.

    Example:
        >>> from tasks.stats.drift import compare_numeric
        >>> (found,) = compare_numeric([1, 2, 3, 4, 5, 6], [3, 4, 5, 6, 7, 9], ("cramer_von_mises",))
        >>> round(found.statistic, 3), round(found.p_value, 3)
        (0.264, 0.214)
    """
    from scipy import stats

    if pair.one_value:
        return TestResult("cramer_von_mises", 0.0, 1.0, 0.0)
    if min(pair.reference.size, pair.current.size) < 2:
        return TestResult("cramer_von_mises", 0.0, 1.0, _gap(pair))
    found = stats.cramervonmises_2samp(pair.reference, pair.current)
    return TestResult("cramer_von_mises", float(found.statistic), float(found.pvalue), _gap(pair))


def epps_singleton(pair: NumericPair) -> TestResult:
    """Compare characteristic functions; good power against changes of shape, discrete values too.

    Needs five values a side and a spread between the pooled quartiles; without them the answer is statistic 0, p 1:
    nothing can be said.

    Formula: Wald's statistic of the two empirical characteristic functions at 0.4 and 0.8 over the half quartile range.
    Assumes independent scores; not for fewer than 25 a side, its law is asymptotic.

    Reference: Epps and Singleton (1986), An omnibus test for the two-sample problem.

    Example:
        >>> from tasks.stats.drift import compare_numeric
        >>> (found,) = compare_numeric([1, 2, 3, 4, 5, 6], [3, 4, 5, 6, 7, 9], ("epps_singleton",))
        >>> round(found.statistic, 3), round(found.p_value, 3)
        (2.013, 0.733)
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
    return max(pair.cdf_gap)
