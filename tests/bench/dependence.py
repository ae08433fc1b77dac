"""Design effects of independent scores, and releases that answer from finite pools."""

from __future__ import annotations

import math

import numpy as np

from tasks.stats.edetector import MeanDetector, design_effect
from tasks.stats.window_scores import Floats
from tests.bench.detector_arrays import DetectorArrays
from tests.bench.level_scores import LEVELS, odds
from tests.bench.row import Row
from tests.bench.services import LINE, MARGIN, SCORES

_POOL = 200
_QUARTER = 91 * 24
_BASELINE = 28 * 24


def effect_of_window_means(windows: list[Floats]) -> float:
    """Return the form with window means, `1.15 · LRV(means) · n̄ / var`, that unequal windows mislead."""
    means = np.array([window.mean() for window in windows])
    lags = min(24, len(means) // 8)
    away = means - means.mean()
    products = [away[k:] @ away[: len(away) - k] / len(away) for k in range(lags + 1)]
    run = products[0] + 2 * sum((1 - k / (lags + 1)) * products[k] for k in range(1, lags + 1))
    every = np.concatenate(windows)
    return max(1.0, 1.15 * run * every.size / len(windows) / every.var())


def _independent(rng: np.random.Generator, series: int) -> Row:
    chances = odds(0.8)
    ours, means = [], []
    for _ in range(series):
        windows = [rng.choice(LEVELS, size, p=chances) for size in rng.integers(5, 61, _BASELINE)]
        ours.append(design_effect(windows))
        means.append(effect_of_window_means(windows))
    return Row(
        name="design effect on i.i.d. scores, windows of 5 to 60",
        must="median ≤ 1.3",
        oracle="1",
        ours=f"{np.median(ours):.2f} (90 % within {np.quantile(ours, 0.9):.2f})",
        met=bool(np.median(ours) <= 1.3),
        tools=f"with window means {np.median(means):.2f}",
    )


def pool_fails(rng: np.random.Generator, releases: int, *, tempered: bool, drop: float = 0.0) -> tuple[float, Floats]:
    """Return (share failing with the first key alone, windows until both keys turn) over a quarter.

    Predecessor and release each answer from 200 contents of their own, drawn from the same distribution (less `drop`);
    a content has one score whenever it is seen.
    """
    draws = [rng.choice(LEVELS.size, (releases, _POOL), p=odds(mean)) for mean in (0.8, 0.8 - drop)]
    before = rng.multinomial(SCORES * _BASELINE, np.full(_POOL, 1 / _POOL), releases)
    effects = (before.astype(float) ** 2).sum(1) / before.sum(1) if tempered else np.ones(releases)
    baselines = [np.bincount(draws[0][k], before[k], LEVELS.size) for k in range(releases)]
    detectors = [
        MeanDetector.against_baseline(LEVELS, counts=counts, log_threshold=LINE, design_effect=float(effect))
        for counts, effect in zip(baselines, effects, strict=True)
    ]
    arrays = DetectorArrays(detectors, LEVELS)
    expected = np.array([counts @ LEVELS / counts.sum() for counts in baselines])
    level_of = np.eye(LEVELS.size)[draws[1]]
    seen = np.zeros((releases, _POOL))
    first, both = np.zeros(releases, dtype=bool), np.full(releases, math.inf)
    for window in range(1, _QUARTER + 1):
        counts = rng.multinomial(SCORES, np.full(_POOL, 1 / _POOL), releases).astype(float)
        seen += counts
        levels = np.einsum("rp,rpl->rl", counts, level_of)
        effect = (seen**2).sum(1) / seen.sum(1) if tempered else 1.0
        crossed = arrays.update(levels, effect) >= LINE
        since = expected - np.einsum("rp,rpl->rl", seen, level_of) @ LEVELS / seen.sum(1)
        first |= crossed
        both[np.isinf(both) & crossed & (since >= MARGIN)] = window
    return float(first.mean()), both


def rows(seed: int, *, quick: bool) -> list[Row]:
    """Return the rows of dependence."""
    rng = np.random.default_rng(seed)
    releases = 60 if quick else 200
    first, both = pool_fails(rng, releases, tempered=True)
    loose, loose_both = pool_fails(rng, releases, tempered=False)
    share = float(np.isfinite(both).mean())
    return [
        _independent(rng, 40 if quick else 200),
        Row(
            name="false fails of a neutral release with a finite pool of 200 contents, a quarter",
            must="≤ 2.5 %",
            ours=f"{share:.1%} (first key alone {first:.1%})",
            met=share <= 0.025,
            tools=f"untempered {np.isfinite(loose_both).mean():.0%} (first key alone {loose:.0%})",
        ),
    ]
