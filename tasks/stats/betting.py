"""Bets against a mean: which ones, and what a window of scores pays.

A bet λ against the null "the mean is at least c" multiplies its wealth by `1 + λ (c − x)` at each score x. Under the
null no bet gains on average, so wealth is evidence (Waudby-Smith and Ramdas 2024).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tasks.stats.window_scores import Floats, WindowScores

BETS = 8
"""Bets in a mixture: each costs log(9) = 2.2 at most; neighbours a factor of 1.6 apart lose under 6 % of the growth."""

SMALLEST_DROP, SMALLEST_DROP_OF_RATES, LARGEST_DROP = 0.01, 0.004, 0.3

MOST_AT_STAKE = 0.95
"""Of the wealth, at one score: a score of 1 must never ruin a bet."""

_SMALLEST_SD = 0.02
"""Scores that never varied may vary tomorrow; without a floor the bets would be 100 and more."""

_FACTORS = 16
"""Factors multiplied before a logarithm: each lies in [0.05, 1e9], so sixteen stay far inside a double."""

_BLOCK = 512
"""Scores at once: 24 cells × 8 bets × 512 scores are 0.8 MB, which fits the cache."""


def geometric_bets(c: Floats, sd: float, *, smallest_drop: float = SMALLEST_DROP) -> Floats:
    """Return bets against each c, shape [len(c), BETS].

    Geometric between the growth-optimal bets `d / (sd² + d²)` for the smallest and the largest drop d that matter,
    capped at `0.95 / (1 − c)`. Against c ≤ 0 there is nothing to win: the bets are 0.

    Assumes a spread known beforehand: from the baseline, or √(c (1 − c)). Not to be chosen from the scores that are bet
    on. Reference: Waudby-Smith and Ramdas (2024), the growth-optimal bet to second order.

    Example:
        >>> geometric_bets(np.array([0.8]), 0.2).round(2).tolist()
        [[0.25, 0.34, 0.47, 0.65, 0.89, 1.22, 1.68, 2.31]]
    """
    sd = max(sd, _SMALLEST_SD)
    ends = [d / (sd * sd + d * d) for d in (smallest_drop, LARGEST_DROP)]
    return cap_bets(np.geomspace(ends[0], ends[1], BETS)[None, :], c)


def cap_bets(bets: Floats, c: Floats, *, largest_weight: float = 1.0) -> Floats:
    """Return the bets with at most `MOST_AT_STAKE` of the wealth at stake, and none against c ≤ 0."""
    room = np.maximum((1.0 - c) * max(largest_weight, 1.0), 1e-12)[:, None]
    return np.where(c[:, None] > 0, np.minimum(bets, MOST_AT_STAKE / room), 0.0)


def log_gain(c: Floats, bets: Floats, scores: WindowScores) -> Floats:
    """Return `Σ_i n_i log(1 + λ w_i (c − x_i))` for each bet, in the shape of `bets` [len(c), number of bets].

    Assumes weights fixed before the scores, for bets are capped by the largest. Reference: Waudby-Smith and Ramdas
    (2024).

    Example:
        >>> scores = WindowScores(np.array([0.5, 1.0]), None, None)
        >>> log_gain(np.array([0.8]), np.array([[1.0, 2.0]]), scores).round(3).tolist()
        [[0.039, -0.041]]
    """
    values, counts, weights = scores.values, scores.counts, scores.weights
    if weights is not None:
        bets = cap_bets(bets, c, largest_weight=float(weights.max(initial=1.0)))
    elif counts is None and values.size > BETS:
        levels, repeats = np.unique(values, return_counts=True)
        if levels.size * 4 <= values.size:  # judges score on few levels
            values, counts = levels, repeats.astype(np.float64)
    total = np.zeros_like(bets)
    for start in range(0, values.size, _BLOCK):
        part = slice(start, start + _BLOCK)
        away = c[:, None] - values[part]
        if weights is not None:
            away = away * weights[part]
        if counts is not None:
            total += np.log1p(bets[:, :, None] * away[:, None, :]) @ counts[part]
        else:
            total += sum_of_logs(1.0 + bets[:, :, None] * away[:, None, :])
    return total


def sum_of_logs(factors: Floats) -> Floats:
    """Return the sum of logarithms over the last axis: of products of 16, an eighth of the time."""
    size = factors.shape[-1]
    whole = size - size % _FACTORS
    rest = np.log(factors[..., whole:].prod(axis=-1))
    if not whole:
        return np.asarray(rest)
    folded = factors[..., :whole].reshape(*factors.shape[:-1], _FACTORS, whole // _FACTORS)
    return np.asarray(np.log(folded.prod(axis=-2)).sum(axis=-1) + rest)


def log_sum_exp(logs: Floats, axis: int = -1) -> Floats:
    """Return `log Σ exp` along an axis; -inf where all are."""
    top = np.max(logs, axis=axis, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(logs - shift).sum(axis=axis)) + shift.squeeze(axis))


def restart(log_wealth: Floats, gain: Floats) -> Floats:
    """Return `logaddexp(M, 0) + l`: the Shiryaev–Roberts recursion, for a change may start at any window.

    Under the null its exponential grows by at most 1 a window on average. Not a supermartingale: compare it with a line
    for so many windows, not with 1/α. Reference: Shin, Ramdas, Rinaldo (2022).

    Example:
        >>> restart(np.array([-np.inf, 0.0]), np.array([1.0, 1.0])).round(3).tolist()
        [1.0, 1.693]
    """
    return np.asarray(np.logaddexp(log_wealth, 0.0) + gain)


def log_mixture(log_wealth: Floats, windows: int | NDArray[np.int64]) -> Floats:
    """Return the log of the even mixture of all bets and the bet 0, whose sum is the number of windows.

    Example:
        >>> round(float(log_mixture(np.array([np.log(5.0)]), 3)), 3) == round(float(np.log(4.0)), 3)
        True
    """
    bets, told = log_wealth.shape[-1], np.log(windows)
    top = np.maximum(log_wealth.max(axis=-1), told)  # finite: there was a window
    total = np.exp(log_wealth - top[..., None]).sum(axis=-1) + np.exp(told - top)
    return np.asarray(np.log(total) + top - np.log(bets + 1))
