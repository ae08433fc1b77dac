"""Nothing changed: metric-years without an alarm, and what the evidence is worth on average after one window."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from tasks.stats.edetector import MeanDetector
from tasks.stats.window_scores import Floats
from tests.bench.detector_arrays import DetectorArrays
from tests.bench.level_scores import BASE, LEVELS, odds
from tests.bench.row import Row
from tests.bench.services import LINE, MONITORS, YEAR

_RATE_LEVELS = np.array([0.0, 1.0])
_ONE_PERCENT = np.array([0.01, 0.99])
_LIKELY = 1e-15
"""Baselines rarer than this are left out of the enumeration; evidence is at most 1e6 there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One kind of metric that never changes.

    Attributes:
        name: In words.
        levels: Scores that occur.
        chances: Of each, in baseline and release alike.
        baseline: Scores in the baseline.
        scores: In a window; with `missing` any number up to this.
        missing: Share of windows without any score.
    """

    name: str
    levels: Floats
    chances: Floats
    baseline: int
    scores: int
    missing: float = 0.0


_QUALITY = odds(BASE)
CASES = (
    Case(name="quality, baseline 20,000, 200 a window", levels=LEVELS, chances=_QUALITY, baseline=20_000, scores=200),
    Case(name="quality, baseline 300, 200 a window", levels=LEVELS, chances=_QUALITY, baseline=300, scores=200),
    Case(name="quality, baseline 300, 5 a window", levels=LEVELS, chances=_QUALITY, baseline=300, scores=5),
    Case(name="quality, baseline 300, 1 a window", levels=LEVELS, chances=_QUALITY, baseline=300, scores=1),
    Case(
        name="quality, 0 to 200 a window, a third missing",
        levels=LEVELS,
        chances=_QUALITY,
        baseline=2_000,
        scores=200,
        missing=1 / 3,
    ),
    Case(name="rate 1 %, baseline 20,000", levels=_RATE_LEVELS, chances=_ONE_PERCENT, baseline=20_000, scores=200),
    Case(name="rate 1 %, baseline 300", levels=_RATE_LEVELS, chances=_ONE_PERCENT, baseline=300, scores=200),
    Case(name="rate 1 %, 5 a window", levels=_RATE_LEVELS, chances=_ONE_PERCENT, baseline=300, scores=5),
)


def windows_of(rng: np.random.Generator, case: Case, streams: int, windows: int) -> Iterator[Floats]:
    """Yield level counts of each stream, window by window."""
    for _ in range(windows):
        sizes: int | Floats = case.scores
        if case.missing:
            sizes = rng.integers(1, case.scores + 1, streams) * (rng.random(streams) >= case.missing)
        yield rng.multinomial(sizes, case.chances, streams).astype(np.float64)


def highest_evidence(rng: np.random.Generator, case: Case, years: int, windows: int = YEAR) -> Floats:
    """Return the highest log evidence of each of so many unchanged metrics over a year, each with its own baseline."""
    baselines = rng.multinomial(case.baseline, case.chances, years)
    detectors = [MeanDetector.against_baseline(case.levels, counts=seen, log_threshold=LINE) for seen in baselines]
    arrays = DetectorArrays(detectors, case.levels)
    highest = np.full(years, -math.inf)
    for counts in windows_of(rng, case, years, windows):
        highest = np.maximum(highest, arrays.update(counts))
    return highest


def mean_after_one_window(rate: float, baseline: int, scores: int) -> float:
    """Return E exp(evidence) after one window: every baseline and every window of a share, by enumeration."""
    ones = np.arange(baseline + 1)
    chance = stats.binom.pmf(ones, baseline, rate)
    ones, chance = ones[chance > _LIKELY], chance[chance > _LIKELY]
    detectors = [
        MeanDetector.against_baseline(_RATE_LEVELS, counts=[baseline - k, k], log_threshold=LINE) for k in ones.tolist()
    ]
    arrays = DetectorArrays(detectors, _RATE_LEVELS)
    total = 0.0
    for good in range(scores + 1):
        arrays.restart(np.arange(ones.size))
        evidence = arrays.update(np.tile([scores - good, float(good)], (ones.size, 1)))
        total += float(stats.binom.pmf(good, scores, rate) * (chance @ np.exp(evidence)))
    return total


def mean_by_chance(rng: np.random.Generator, case: Case, repetitions: int) -> tuple[float, float]:
    """Return the mean of exp(evidence) after one window with fresh baselines, and its standard error."""
    arrays = np.exp(highest_evidence(rng, case, repetitions, windows=1))
    return float(arrays.mean()), float(arrays.std() / math.sqrt(repetitions))


def mean_against_constant(scores: int) -> float:
    """Return E exp(evidence) after one window against a known mean that is exact, over all windows of level scores."""
    detector = MeanDetector.against_constant(float(_QUALITY @ LEVELS))
    total = 0.0
    for counts in _compositions(scores, LEVELS.size):
        chance = stats.multinomial.pmf(counts, scores, _QUALITY)
        total += chance * math.exp(detector.update(detector.start(), LEVELS, counts=counts).log_evidence)
    return float(total)


def _compositions(total: int, parts: int) -> Iterator[list[int]]:
    if parts == 1:
        yield [total]
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield [first, *rest]


def rows(seed: int, *, quick: bool) -> list[Row]:
    """Return metric-years without an alarm, and means after one window."""
    rng = np.random.default_rng(seed)
    years = 8 if quick else 50
    own_line = LINE + math.log(MONITORS)
    highest = {case.name: highest_evidence(rng, case, years) for case in CASES}
    alarms = sum(int((found >= own_line).sum()) for found in highest.values())
    alone = sum(int((found >= LINE).sum()) for found in highest.values())
    least = max(highest, key=lambda name: float(highest[name].max()))
    found = [
        Row(
            name=f"alarms of unchanged metrics, each one of {MONITORS}, in {years * len(CASES)} metric-years",
            must="0",
            ours=f"{alarms} (highest evidence {highest[least].max():.1f} of {own_line:.1f}: {least}; "
            f"as the only metric {alone}, bound {0.1 * years * len(CASES):.0f})",
            met=alarms == 0,
        )
    ]
    exact = {
        "rate 1 %, baseline 300, window of 1": mean_after_one_window(0.99, 300, 1),
        "rate 1 %, baseline 300, window of 5": mean_after_one_window(0.99, 300, 5),
        "rate 1 %, baseline 300, window of 200": mean_after_one_window(0.99, 300, 200),
        "rate 30 %, baseline 40, window of 20": mean_after_one_window(0.7, 40, 20),
        "quality against its exact mean, window of 1": mean_against_constant(1),
        "quality against its exact mean, window of 4": mean_against_constant(4),
    }
    found += [
        Row(
            name=f"mean of exp(evidence) after one window, {name}",
            must="≤ 1",
            ours=f"{mean:.4f} (enumerated)",
            met=mean <= 1 + 1e-9,
        )
        for name, mean in exact.items()
    ]
    for case in CASES[:3]:
        mean, error = mean_by_chance(rng, case, 200 if quick else 1000)
        found.append(
            Row(
                name=f"mean of exp(evidence) after one window, {case.name}",
                must="≤ 1",
                ours=f"{mean:.4f} ± {error:.4f}",
                met=mean <= 1 + 2 * error,
            )
        )
    return found
