"""Textbook intervals: of a mean by Student's t, of a rank correlation by Fisher's z."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.stats.agreement import spearman
from tasks.stats.interval import Interval

Numbers = Sequence[float] | NDArray[Any]


def mean_interval(values: Numbers, *, confidence: float = 0.95) -> Interval:
    """Return the mean with Student's interval.

    Formula: `x̄ ± t(n − 1) s / √n`. Assumes independent values and a mean that is about normal, which scores in [0, 1]
    reach with some 20. Not for a handful of equal values: the width is then 0.

    Raises:
        ValueError: for fewer than 2 values, one that is not finite, or a confidence outside (0, 1).

    Reference: Student (1908), The probable error of a mean.

    Example:
        >>> found = mean_interval([0.5, 0.7, 0.6, 0.8])
        >>> round(found.estimate, 3), round(found.low, 3), round(found.high, 3)
        (0.65, 0.445, 0.855)
    """
    array = np.asarray(values, dtype=np.float64).ravel()
    if array.size < 2:
        raise ValueError(f"{array.size} values: needs at least 2")
    if not np.isfinite(array).all():
        raise ValueError(f"{float(array[~np.isfinite(array)][0])!r} is not finite")
    _check(confidence)
    from scipy import stats

    mean = float(array.mean())
    quantile = float(stats.t.ppf(0.5 + confidence / 2, array.size - 1))
    half = quantile * float(array.std(ddof=1)) / math.sqrt(array.size)
    return Interval(mean, mean - half, mean + half)


def spearman_interval(a: Numbers, b: Numbers, *, confidence: float = 0.95) -> Interval:
    """Return Spearman's rank correlation with its interval.

    Formula: `tanh(atanh r ± z √((1 + r²/2) / (n − 3)))`. Below 4 pairs the interval is [−1, 1]. Not where one side
    never varies: r is then 0 by convention, and the interval that of an unknown correlation, [−1, 1].

    Raises:
        ValueError: for unequal lengths, fewer than 2 pairs, a value that is not finite, or a confidence outside (0, 1).

    Reference: Bonett and Wright (2000), Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations.

    Example:
        >>> found = spearman_interval(range(20), [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14, 17, 16, 19, 18])
        >>> round(found.estimate, 3), round(found.low, 3), round(found.high, 3)
        (0.985, 0.953, 0.995)
    """
    _check(confidence)
    r = spearman(a, b)
    if len(a) < 4 or np.ptp(np.asarray(a)) == 0 or np.ptp(np.asarray(b)) == 0:
        return Interval(r, -1.0, 1.0)
    from scipy import stats

    half = float(stats.norm.ppf(0.5 + confidence / 2)) * math.sqrt((1 + r * r / 2) / (len(a) - 3))
    with np.errstate(divide="ignore"):  # a perfect order stays one
        low, high = (float(np.tanh(np.arctanh(r) + shift)) for shift in (-half, half))
    return Interval(r, low, high)


def _check(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence!r} must lie in (0, 1)")
