"""How much less scores tell than independent ones: hours, autocorrelation, repeated content."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.stats.slow_changes import SAFETY, slow_changes
from tasks.stats.window_scores import Floats, Numbers, check_scores, one_dimensional

MOST_LAGS = 24
"""A day of hourly windows."""

FEWEST_WINDOWS = 8
"""With fewer not one autocovariance can be estimated (lags up to T/8)."""


def design_effect(
    scores_by_window: Sequence[Numbers],
    *,
    strata: Sequence[Hashable] | None = None,
    contents: Sequence[Sequence[Any] | NDArray[Any]] | None = None,
) -> float:
    """Return the design effect of scores that come in windows.

    Formula: `max(1, 1.15 · LRV(S_t) / (n̄ · var), Σ N_i² / Σ N_i)`, and the effect of slow changes where those are seen
    (`design_effect_of_sums`); S_t the window *sums* of residuals about the mean
    (the stratum's mean), LRV their long-run variance (Bartlett, min(24, T/8) lags), n̄ the mean window size, var the
    variance of a residual, N_i how often content i was seen. Sums, because windows differ in size.

    With fewer than 8 windows no autocovariance can be estimated: the first term is then the safety factor 1.15 itself.
    Scores that never vary give 1, or the repeats.

    Assumes a stationary series without the change one looks for: estimate it on the baseline, never on the release on
    trial. Not for dependence over more than a day or two of windows; that is underestimated.

    Args:
        scores_by_window: Arrays in time order, any sizes; NaN = missing; one without scores keeps its place.
        strata: One label a window, such as the hour of day.
        contents: Arrays of content ids alongside the scores.

    Raises:
        ValueError: for a score outside [0, 1] or unequal lengths.

    References: Newey and West (1987); Kish (1965), Survey Sampling (repeats).

    Example:
        >>> scores = [[0.2, 0.8], [0.4, 0.6], [0.1, 0.9]] * 4
        >>> design_effect(scores)
        1.0
        >>> design_effect(scores, contents=[["a", "a"]] * 12)
        24.0
    """
    windows = len(scores_by_window)
    for name, labels in (("strata", strata), ("contents", contents)):
        if labels is not None and len(labels) != windows:
            raise ValueError(f"{len(labels)} {name} for {windows} windows")
    kept = [one_dimensional(scores, "scores") for scores in scores_by_window]
    scores = [check_scores(window).values for window in kept]
    sizes = np.array([window.size for window in scores], dtype=np.float64)
    sums = np.array([window.sum() for window in scores], dtype=np.float64)
    if not sizes.sum():
        return 1.0
    means = _stratum_means(sums, sizes, strata)
    squares = math.fsum(float(((window - mean) ** 2).sum()) for window, mean in zip(scores, means, strict=True))
    told = design_effect_of_sums(sums - means * sizes, sizes, squares / float(sizes.sum()))
    if contents is None:
        return told
    seen = [_of_scored(ids, window) for ids, window in zip(contents, kept, strict=True)]
    return max(told, repeats(np.concatenate(seen)))


def design_effect_of_sums(sums: Numbers, sizes: Numbers, variance: float) -> float:
    """Return the design effect from window sums of residuals, where the scores themselves are not kept.

    Formula: `max(1, 1.15 · LRV(sums) / (mean size · variance))`, or the effect of an AR(1) fitted to slow changes where
    those are seen and it is larger (`tasks.stats.slow_changes`): Bartlett's weights see less than half of it. See
    `design_effect` for assumptions and limits.

    Args:
        sums: Sum of residuals of each window, in time order.
        sizes: Scores in each.
        variance: Of one residual.

    Raises:
        ValueError: for unequal lengths or NaN.

    Reference: Newey and West (1987), A simple, positive semi-definite covariance matrix.

    Example:
        >>> round(design_effect_of_sums([1.0] * 20 + [-1.0] * 20, [10] * 40, 0.1), 1)
        5.9
    """
    total, size = one_dimensional(sums, "sums"), one_dimensional(sizes, "sizes")
    if total.size != size.size:
        raise ValueError(f"{size.size} sizes for {total.size} sums")
    if not np.isfinite(total).all() or not np.isfinite(size).all() or math.isnan(variance):
        raise ValueError("sums, sizes and variance must be finite")
    independent = float(size.mean()) * variance if size.size else 0.0
    if independent <= 0:
        return 1.0
    if total.size < FEWEST_WINDOWS:
        return SAFETY
    lasting = slow_changes(total, size, variance).long_run_effect
    return max(1.0, SAFETY * long_run_variance(total) / independent, lasting)


def long_run_variance(series: Floats) -> float:
    """Return the variance of the sum of a stationary series over its length, by Bartlett's weights.

    Formula: `γ_0 + 2 Σ_{k ≤ L} (1 − k / (L + 1)) γ_k` with `L = min(24, T / 8)` lags. Never negative.

    Assumes stationarity. Not for dependence much longer than L windows: at ρ = 0.95 an AR(1) is found at 0.4 of its
    long-run variance. Reference: Newey and West (1987).

    Example:
        >>> round(long_run_variance(np.array([1.0, 1.0, -1.0, -1.0] * 4)), 3)
        0.5
    """
    away = series - series.mean()
    lags = min(MOST_LAGS, series.size // 8)
    products = [float(away[lag:] @ away[: away.size - lag]) for lag in range(lags + 1)]
    weighted = math.fsum((1 - lag / (lags + 1)) * products[lag] for lag in range(1, lags + 1))
    return max(0.0, (products[0] + 2 * weighted) / series.size)


def repeats(contents: Sequence[Any] | NDArray[Any]) -> float:
    """Return how often content repeats, `Σ N_i² / Σ N_i`: 1 when all differ.

    Scores of one content are the same score again: n draws from few contents tell as much as n / this many.
    Assumes that a repeated content gets the same score (answers come from the ledger). Not for content that is scored
    anew each time. Reference: Kish (1965), Survey Sampling.

    Example:
        >>> repeats(["a", "a", "b"])
        1.6666666666666667
    """
    _, counts = np.unique(np.asarray(contents), return_counts=True)
    total = int(counts.sum())
    return float((counts.astype(np.float64) ** 2).sum()) / total if total else 1.0


def _stratum_means(sums: Floats, sizes: Floats, strata: Sequence[Hashable] | None) -> Floats:
    """Return, for each window, the mean of all scores of its stratum."""
    if strata is None:
        return np.full(sums.shape, sums.sum() / sizes.sum())
    index = {label: place for place, label in enumerate(dict.fromkeys(strata))}
    place = np.array([index[label] for label in strata])
    total, number = np.bincount(place, sums), np.bincount(place, sizes)
    return np.asarray((total / np.maximum(number, 1.0))[place])


def _of_scored(ids: Sequence[Any] | NDArray[Any], scores: Floats) -> NDArray[Any]:
    known = np.asarray(ids)
    if known.shape != scores.shape:
        raise ValueError(f"contents of shape {known.shape!r} for scores of shape {scores.shape!r}")
    return known[~np.isnan(scores)]
