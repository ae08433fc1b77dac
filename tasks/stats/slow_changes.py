"""Slow changes that nobody caused: how large they are, how long they last, and what is left without them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tasks.stats.window_scores import Numbers, one_dimensional

_NEAR, _FAR = 6, 24
"""Lags at which slow changes are seen whole, and at which they may have faded: a quarter of a day, a day."""

_FEWEST_WINDOWS = 96
"""Four times the furthest lag; with fewer, chance alone makes slow changes."""

_LEAST_PERSISTENT, _MOST_PERSISTENT = 0.875, 0.98
"""What halves within five windows fades within the day, as a daily rhythm does, and any design effect sees it; what
lasts for more than two days cannot be told from a trend within four weeks."""

ALLOWED_SDS = 2.75
"""How many standard deviations of slow changes are no evidence. Simulated with changes of sd 0.01 (half the margin) and
a correlation of 0.95, 20 monitors: 0.2 false rollbacks a year, 21 windows until a drop of 0.05 shows, where tempering
alone has 0.6 and 26; with changes of sd 0.0045 7 windows instead of 8. At 2, 8 windows and 0.8 false rollbacks."""

SAFETY = 1.15
"""Dependence is estimated, mostly a little too low: the baseline's own mean takes some of it away."""


@dataclass(frozen=True, slots=True)
class SlowChanges:
    """Changes of a mean that last for hours and come back, as a baseline shows them.

    Attributes:
        sd: Their standard deviation, in score units; 0 where none are seen.
        persistence: Their correlation from one window to the next.
        long_run_effect: Design effect of scores over many windows, slow changes included; 1 where none are seen.
        remaining_effect: Design effect of scores within their slow change; at least 1.
    """

    sd: float
    persistence: float
    long_run_effect: float
    remaining_effect: float

    @property
    def allowance(self) -> float:
        """How far a mean may lie below its baseline by slow changes alone, in score units."""
        return ALLOWED_SDS * self.sd


def slow_changes(sums: Numbers, sizes: Numbers, variance: float) -> SlowChanges:
    """Return the slow changes in window sums of residuals.

    Formula: with `γ_k = Σ S_t S_{t+k} / Σ n_t n_{t+k}` the variance of slow changes is the mean of γ_1 … γ_6. It counts
    when it is beyond twice its standard error without dependence, and when slow changes last: they fade as `A ρ^k`,
    with ρ ≥ 0.875 such that lags 7 to 24 hold what they hold. Then
    `long_run_effect = 1.15 (Σ S² / Σ n + 2 A ρ / (1 − ρ) · Σ n_t n_{t+1} / Σ n) / var`.

    Bets divided by a design effect wait for independent looks; where slow changes have a known size, betting only on
    what lies beyond them (a margin of `allowance`) needs no waiting: at changes of sd 0.01 a drop of 0.05 shows in half
    the windows. The two are even halves of one mixture.

    Assumes about an AR(1) beside independent noise. Not for fewer than 96 windows (none are seen then), nor for a daily
    rhythm: take residuals about the hour's mean.

    Args:
        sums: Sum of residuals of each window, in time order.
        sizes: Scores in each.
        variance: Of one residual.

    Raises:
        ValueError: for unequal lengths or NaN.

    Reference: Box, Jenkins (1970), Time series analysis (an AR(1) with noise added).

    Example:
        >>> found = slow_changes(np.repeat([2.0, -2.0] * 4, 72), [100] * 576, 0.04)
        >>> round(found.sd, 3), round(found.persistence, 2), round(found.remaining_effect, 2)
        (0.019, 0.96, 1.0)
    """
    total, size = one_dimensional(sums, "sums"), one_dimensional(sizes, "sizes")
    if total.size != size.size:
        raise ValueError(f"{size.size} sizes for {total.size} sums")
    if not np.isfinite(total).all() or not np.isfinite(size).all() or math.isnan(variance):
        raise ValueError("sums, sizes and variance must be finite")
    if total.size < _FEWEST_WINDOWS or variance <= 0 or size.sum() <= 0:
        return SlowChanges(0.0, 0.0, 1.0, 1.0)
    spread = float(total @ total) / float(size.sum())
    told = [float(size[lag:] @ size[:-lag]) for lag in range(1, _FAR + 1)]
    gamma = [float(total[lag:] @ total[:-lag]) / max(told[lag - 1], 1e-12) for lag in range(1, _FAR + 1)]
    near, far = float(np.mean(gamma[:_NEAR])), float(np.mean(gamma[_NEAR:]))
    chance = max(spread, variance) / math.sqrt(max(math.fsum(told[:_NEAR]), 1e-12))
    if near <= 2 * chance:
        return SlowChanges(0.0, 0.0, 1.0, max(1.0, SAFETY * spread / variance))
    rho = _persistence(far / near)
    if rho < _LEAST_PERSISTENT:
        return SlowChanges(0.0, 0.0, 1.0, max(1.0, SAFETY * spread / variance))
    level = near / float(np.mean(rho ** np.arange(1, _NEAR + 1)))
    lasting = 2 * level * rho / (1 - rho) * told[0] / float(size.sum())
    own = level * float(size @ size) / float(size.sum())
    return SlowChanges(
        sd=math.sqrt(near),
        persistence=rho,
        long_run_effect=max(1.0, SAFETY * (spread + lasting) / variance),
        remaining_effect=max(1.0, SAFETY * (spread - own) / variance),
    )


def _persistence(kept: float) -> float:
    """Return the ρ at which the mean of ρ^7 … ρ^24 is this share of the mean of ρ … ρ^6."""
    grid = np.linspace(0.8, _MOST_PERSISTENT, 37)
    powers = grid[:, None] ** np.arange(1, _FAR + 1)
    shares = powers[:, _NEAR:].mean(axis=1) / powers[:, :_NEAR].mean(axis=1)
    return float(grid[np.argmin(np.abs(shares - kept))])
