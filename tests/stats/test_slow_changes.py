"""Slow changes: found where they are, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.stats.slow_changes import ALLOWED_SDS, slow_changes

NAN = float("nan")
SD_OF_ONE, SCORES, WINDOWS = 0.2, 200, 28 * 24


def sums(rng: np.random.Generator, sd: float, rho: float = 0.95, sizes: np.ndarray | int = SCORES) -> np.ndarray:
    """Window sums of residuals about a mean that wanders."""
    wander = np.empty(WINDOWS)
    at = rng.normal(0, sd)
    for t in range(WINDOWS):
        wander[t] = at = rho * at + rng.normal(0, sd * np.sqrt(1 - rho**2))
    return sizes * wander + rng.normal(0, SD_OF_ONE, WINDOWS) * np.sqrt(sizes)


@pytest.mark.parametrize("bad", [([1.0], [1.0, 2.0], 0.1), ([NAN] * 99, [1.0] * 99, 0.1), ([1.0], [1.0], NAN)])
def test_bad_sums_are_refused(bad):
    """Unequal lengths or NaN."""
    with pytest.raises(ValueError, match="sums"):
        slow_changes(*bad)


@pytest.mark.parametrize(
    "bad", [([1.0] * 95, [10.0] * 95, 0.1), ([0.0] * 99, [0.0] * 99, 0.1), ([1.0] * 99, [9.0] * 99, 0.0)]
)
def test_short_empty_or_constant_baselines_show_none(bad):
    """Nothing can be told from them."""
    assert slow_changes(*bad).sd == 0.0


def test_independent_scores_show_none_but_for_chance():
    """At most one baseline in twenty, whatever the sizes of its windows."""
    found = [
        slow_changes(sums(rng, 0.0, sizes=sizes), sizes, SD_OF_ONE**2)
        for rng, sizes in (
            (np.random.default_rng(seed), np.random.default_rng(seed).integers(1, 400, WINDOWS).astype(float))
            for seed in range(200)
        )
    ]
    assert sum(known.sd > 0 for known in found) <= 10
    assert all(known.long_run_effect == 1.0 for known in found if not known.sd)
    assert np.median([known.remaining_effect for known in found]) < 1.3


@pytest.mark.parametrize("sd", [0.0045, 0.01])
def test_a_wandering_mean_is_found_at_its_size(sd):
    """Median within a fifth of the truth; the long-run effect within a third of the AR(1)'s own."""
    found = [
        slow_changes(sums(np.random.default_rng(seed), sd), np.full(WINDOWS, SCORES), SD_OF_ONE**2)
        for seed in range(100)
    ]
    assert np.median([known.sd for known in found]) == pytest.approx(sd, rel=0.2)
    truth = 1 + sd**2 * (1 + 0.95) / (1 - 0.95) * SCORES / SD_OF_ONE**2
    assert np.median([known.long_run_effect for known in found]) == pytest.approx(truth, rel=0.33)
    assert np.median([known.remaining_effect for known in found]) < 1.3
    assert found[0].allowance == ALLOWED_SDS * found[0].sd


def test_a_daily_rhythm_is_no_slow_change():
    """It fades within the day: a design effect sees it, and nothing is allowed for."""
    rng = np.random.default_rng(3)
    rhythm = 0.02 * np.sqrt(2) * np.cos(2 * np.pi * np.arange(WINDOWS) / 24)
    known = slow_changes(SCORES * rhythm + sums(rng, 0.0), np.full(WINDOWS, SCORES), SD_OF_ONE**2)
    assert (known.sd, known.long_run_effect) == (0.0, 1.0)
