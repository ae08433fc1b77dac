"""Since when a mean is lower, and by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tasks.stats.window_scores import Floats, Numbers, one_dimensional


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """An estimated change.

    Attributes:
        start_index: First window after it.
        drop: Baseline mean minus mean since; positive is worse.
        size: Scores since.
        standard_error: Of the drop, from how the window means since scatter about their mean (independent windows
            assumed); infinite where fewer than two windows tell.
    """

    start_index: int
    drop: float
    size: float
    standard_error: float


def change_point(means: Numbers, sizes: Numbers, baseline_mean: float | Numbers) -> ChangePoint:
    """Estimate when the mean fell below the baseline's.

    Formula: argmax over starts s of `(baseline mean − mean of windows s…) · √N_s`, the most likely start of a drop that
    lasts until now.

    Assumes one change, not undone since. Not a test: it always names a start, also where nothing changed; ask it after
    the evidence has crossed its line.

    Args:
        means: Mean score of each window, oldest first.
        sizes: Scores in each; windows with size 0 or a NaN mean count for nothing.
        baseline_mean: What they are compared with: one number, or one a window where hours of the day differ (else a
            quiet night looks like a drop).

    Raises:
        ValueError: without any scores, for unequal lengths, a negative size or an infinite number.

    Reference: Lorden (1971), Procedures for reacting to a change in distribution.

    Example:
        >>> found = change_point([0.8, 0.8, 0.7, 0.72], [100, 100, 100, 100], 0.8)
        >>> found.start_index, round(found.drop, 3), found.size
        (2, 0.09, 200.0)
    """
    mean, size = one_dimensional(means, "means"), one_dimensional(sizes, "sizes")
    expected = np.asarray(baseline_mean, dtype=np.float64)
    if mean.size != size.size or expected.shape not in {(), mean.shape}:
        raise ValueError(f"{size.size} sizes and {expected.size} baseline means for {mean.size} means")
    for name, array, bad in (
        ("size", size, (size < 0) | np.isinf(size)),
        ("mean", mean, np.isinf(mean)),
        ("baseline mean", expected.ravel(), ~np.isfinite(expected.ravel())),
    ):
        if bad.any():
            raise ValueError(f"{name} {float(array[bad][0])!r} must be finite and sizes not negative")
    size = np.where(np.isnan(mean) | np.isnan(size), 0.0, size)
    fall = np.where(size > 0, expected - mean, 0.0)
    since = np.cumsum(size[::-1])[::-1]
    if not since.size or since[0] <= 0:
        raise ValueError("no scores to find a change in")
    some = since > 0
    drops = np.full(since.shape, -math.inf)
    drops[some] = np.cumsum((fall * size)[::-1])[::-1][some] / since[some]
    rated = np.where(some & (size > 0), drops * np.sqrt(since), -math.inf)  # a change starts at a window with scores
    start = int(np.argmax(rated))
    return ChangePoint(start, float(drops[start]), float(since[start]), _standard_error(fall[start:], size[start:]))


def _standard_error(falls: Floats, sizes: Floats) -> float:
    """Return the standard error of the pooled fall from the scatter between windows."""
    told = sizes > 0
    windows = int(told.sum())
    if windows < 2:
        return math.inf
    total = sizes.sum()
    away = sizes * (falls - (falls * sizes).sum() / total)
    return float(math.sqrt((away**2).sum() * windows / (windows - 1)) / total)
