"""95 % intervals for what a person reads; they decide nothing."""

from __future__ import annotations

import math

from tasks.monitors.columns import Arrays
from tasks.stats.proportions import wilson

_Z = 1.959963984540054
"""Normal quantile of a 95 % interval."""

_FEWEST_FOR_QUANTILES = 20
"""Of fewer the largest is no upper end worth showing: that of 20 lies beyond a 95th percentile two times in three."""


def share_interval(successes: int, total: int) -> tuple[float, float] | None:
    """Return Wilson's interval of a share; None when nothing was counted.

    >>> low, high = share_interval(5, 100)
    >>> round(low, 4), round(high, 4)
    (0.0215, 0.1118)
    """
    return wilson(successes, total, _Z) if total else None


def behind(
    value: float,
    interval: tuple[float, float] | None,
    *,
    objective: float | None = None,
    baseline: float | None = None,
    margin: float = 0.0,
    high_is_good: bool = False,
) -> str:
    """Return what the whole interval lies on the bad side of; a fall against the baseline counts from the margin on.

    >>> behind(0.58, (0.50, 0.66), objective=0.7, baseline=0.74, margin=0.02, high_is_good=True)
    'below objective and baseline'
    >>> behind(0.005, (0.001, 0.028), objective=0.05, baseline=0.0, margin=0.01)
    ''
    """
    if interval is None:
        return ""
    sign = 1.0 if high_is_good else -1.0
    nearest = interval[1] if high_is_good else interval[0]
    missed = []
    if objective is not None and sign * (objective - nearest) > 0:
        missed.append("objective")
    if baseline is not None and sign * (baseline - nearest) > 0 and sign * (baseline - value) >= margin:
        missed.append("baseline")
    return f"{'below' if high_is_good else 'above'} {' and '.join(missed)}" if missed else ""


def mean_interval(mean: float, sd: float, size: int, design_effect: float = 1.0) -> tuple[float, float] | None:
    """Return the interval of a mean of scores in [0, 1], widened by the design effect; None below two scores.

    The normal interval, with the variance shrunk towards a fair coin's as if two scores had been added, so that a
    handful of equal scores is not given a width of zero.
    """
    if size < 2:
        return None
    variance = (size * sd**2 + 2 * 0.25) / (size + 2)
    half = _Z * math.sqrt(variance * design_effect / size)
    return max(0.0, mean - half), min(1.0, mean + half)


def quantile_interval(column: Arrays, share: float) -> tuple[float, float] | None:
    """Return the distribution-free interval of a quantile from order statistics; None below 20 values.

    The ranks are those of the normal approximation to the binomial count below the quantile.
    """
    values, counts = column
    total = int(counts.sum())
    if total < _FEWEST_FOR_QUANTILES:
        return None
    half = _Z * math.sqrt(total * share * (1 - share))
    upto = counts.cumsum()
    low = int(upto.searchsorted(max(1, math.floor(total * share - half))))
    high = int(upto.searchsorted(min(total, math.ceil(total * share + half) + 1)))
    return float(values[low]), float(values[min(high, len(values) - 1)])
