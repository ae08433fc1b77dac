"""Made-up judge scores on eleven levels with any mean between 0.60 and 0.92, spread 0.2 at a mean of 0.8."""

from __future__ import annotations

import numpy as np
from scipy import stats

from tasks.stats.window_scores import Floats

LEVELS = np.arange(11) / 10
BASE = 0.8
HOURS = 24


def _beta_levels(mean: float, sd: float) -> Floats:
    """Return a beta distribution rounded to the levels."""
    total = mean * (1 - mean) / sd**2 - 1
    edges = np.concatenate([[0.0], LEVELS[:-1] + 0.05, [1.0]])
    return np.diff(stats.beta.cdf(edges, mean * total, (1 - mean) * total))


_POOR, _GOOD = _beta_levels(0.6, 0.18), _beta_levels(0.92, 0.08)


def odds(mean: float | Floats) -> Floats:
    """Return the chance of each level, last axis, for scores with these means: a mixture of poor and good answers."""
    good = (np.asarray(mean) - _POOR @ LEVELS) / ((_GOOD - _POOR) @ LEVELS)
    return np.multiply.outer(1 - good, _POOR) + np.multiply.outer(good, _GOOD)


def spread(mean: float) -> float:
    """Return the standard deviation of a score."""
    chances = odds(mean)
    return float(np.sqrt(chances @ (LEVELS - mean) ** 2))


def hour_profile(rng: np.random.Generator, streams: int, sd: float) -> Floats:
    """Return how the mean moves over the day, a wave with a random phase, shape [streams, 24]."""
    phase = rng.uniform(0, 2 * np.pi, (streams, 1))
    return sd * np.sqrt(2) * np.cos(2 * np.pi * np.arange(HOURS) / HOURS + phase)


def autoregression(rng: np.random.Generator, last: Floats, windows: int, sd: float, rho: float) -> Floats:
    """Return AR(1) series that go on after `last` with this stationary standard deviation, shape [windows, streams]."""
    series = rng.normal(0, sd * np.sqrt(1 - rho**2), (windows, last.size))
    for t in range(windows):
        series[t] += rho * last
        last = series[t]
    return series
