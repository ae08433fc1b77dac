"""What is used elsewhere, on the same scores: each rule decides in each window, for each monitor by itself."""

from __future__ import annotations

import math

import numpy as np

from tasks.stats.window_scores import Floats
from tests.bench.level_scores import LEVELS
from tests.bench.services import MONITORS, SCORES, YEAR, Services

KS, SAFE_KS, CANARY = "KS at 5 %", "KS at the same guarantee", "|z| > 3.1"
THREE_SIGMA, BELOW = "3 × 3 sigma", "mean < 0.7"

_SAFE = 0.1 / (YEAR * MONITORS)
"""Level of each test so that a year of 20 monitors alarms falsely 0.1 times, as the detector promises."""


def verdicts(services: Services, counts: Floats) -> dict[str, Floats]:
    """Return, by rule, whether each monitor alarms in each window, shape [windows, streams]."""
    means = counts @ LEVELS / SCORES
    baseline = services.baseline_counts
    size = baseline.sum(axis=1)
    distance = np.abs(np.cumsum(counts, axis=2) / SCORES - np.cumsum(baseline / size[:, None], axis=1)).max(axis=2)
    scaled = distance / np.sqrt((SCORES + size) / (SCORES * size))
    sd = np.sqrt((baseline @ LEVELS**2) / size - services.baseline_means**2)
    z = (means - services.baseline_means) / (sd * np.sqrt(1 / SCORES + 1 / size))
    low = means < services.baseline_means - 3 * services.window_sd
    thrice = low.copy()
    thrice[1:] &= low[:-1]
    thrice[2:] &= low[:-2]
    thrice[:2] = False
    return {
        KS: scaled > math.sqrt(-0.5 * math.log(0.05 / 2)),
        SAFE_KS: scaled > math.sqrt(-0.5 * math.log(_SAFE / 2)),
        CANARY: np.abs(z) > 3.1,
        THREE_SIGMA: thrice,
        BELOW: means < 0.7,
    }


def alarmed_windows(services: Services, windows: int) -> dict[str, float]:
    """Return, by rule, in how many windows of a year at least one monitor of an unchanged service alarms."""
    found: dict[str, float] = {}
    for _ in range(0, windows, 219):
        for rule, alarms in verdicts(services, services.counts(219)).items():
            found[rule] = found.get(rule, 0.0) + float(alarms.any(axis=1).sum())
    return {rule: count * YEAR / windows for rule, count in found.items()}


def first_alarm(alarms: Floats) -> float:
    """Return how many windows until the first alarm, counting the one that alarms; infinite without."""
    return float(np.argmax(alarms)) + 1 if alarms.any() else math.inf
