"""What a finite baseline says about its own mean: an e-value, cut into cells.

With m baseline scores b and bets ℓ fixed beforehand, `E_b(μ) = mean_ℓ Π_k (1 + ℓ (b_k − μ))` is an e-value for "the
baseline's mean is at most μ", and falls in μ. Evidence against a release rises in μ. The least of their sums over
cells of μ is therefore valid whatever the baseline's true mean is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tasks.stats.betting import log_sum_exp, sum_of_logs
from tasks.stats.window_scores import Floats

CELLS = 24
"""Of the baseline's mean, each about a third of a standard error wide: what is lost within one is small."""

_OWN_BETS = 12
"""The bet 0 among them, whose share of 1/12 is all that speaks above the last cell."""

_STANDARD_ERRORS = 2.5
"""How far above the observed mean cells reach: beyond it the bet 0 costs less than further cells would."""

_BLOCK = 4096
"""Scores at once: 11 bets × 4,096 scores are 0.4 MB, which fits the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells of the baseline's true mean.

    Attributes:
        lower: Lower ends, rising; the last cell is open above.
        log_evidence: Log e-value against "the mean is at most the cell's upper end".
    """

    lower: Floats
    log_evidence: Floats


def own_bets(size: float, largest: float) -> Floats:
    """Return the bets ℓ of a baseline of (effective) size: 0 and eleven of the order 1/√size, none looking at it."""
    return np.concatenate([[0.0], np.minimum(np.geomspace(0.8, 60.0, _OWN_BETS - 1) / math.sqrt(size), largest)])


def log_baseline_evidence(values: Floats, counts: Floats | None, means: Floats, bets: Floats, effect: float) -> Floats:
    """Return log E_b at each mean, tempered by the design effect.

    Formula: `log mean_ℓ exp( Σ_k n_k log(1 + ℓ (b_k − μ)) / deff )`; its exponential is at most 1 on average
    at the true mean.

    Assumes bets fixed before the baseline was seen. Not to be estimated anew after an alarm was looked at. Reference:
    Waudby-Smith and Ramdas (2024).

    Example:
        >>> scores, bets = np.array([0.0, 1.0] * 200), own_bets(400, 0.9)
        >>> log_baseline_evidence(scores, None, np.array([0.3, 0.5]), bets, 1.0).round(1).tolist()
        [33.6, -1.1]
    """
    total = np.zeros((bets.size, means.size))
    live = bets[1:, None]
    for start in range(0, values.size, _BLOCK):
        part = slice(start, start + _BLOCK)
        for index, mean in enumerate(means):
            stake = live * (values[part] - mean)
            total[1:, index] += sum_of_logs(1.0 + stake) if counts is None else np.log1p(stake) @ counts[part]
    return log_sum_exp(total / effect, axis=0) - math.log(bets.size)


def cut_cells(
    values: Floats, counts: Floats | None, *, needed: float, floor: float, largest: float, effect: float
) -> Cells:
    """Cut the range of the baseline's mean into cells.

    From where the baseline alone rules a mean out (its log e-value is `needed`) up to 2.5 standard errors above the
    observed mean; above that only the bet 0 speaks, with its share of 1/12.

    Args:
        values: Scores, or residuals about stratum means.
        counts: How often each was seen.
        needed: Log evidence at which a mean is ruled out by the baseline alone.
        floor: Least possible mean: 0 for scores, −1 for residuals.
        largest: Largest bet ℓ that no value can ruin.
        effect: Design effect of the baseline.
    """
    size = float(values.size if counts is None else counts.sum())
    mean = float(values.mean() if counts is None else values @ counts / size)
    sd = math.sqrt(float(((values - mean) ** 2).mean() if counts is None else (values - mean) ** 2 @ counts / size))
    bets = own_bets(size / effect, largest)

    def evidence(means: Floats) -> Floats:
        return log_baseline_evidence(values, counts, means, bets, effect)

    error = sd * math.sqrt(effect / size)
    low = _ruled_out_below(lambda at: float(evidence(np.array([at]))[0]), mean, error, needed, floor)
    high = max(min(mean + _STANDARD_ERRORS * error, 1.0), low)
    lower = np.linspace(low, high, CELLS)
    return Cells(lower, np.concatenate([evidence(lower[1:]), [-math.log(bets.size)]]))


def _ruled_out_below(
    evidence: Callable[[float], float], mean: float, error: float, needed: float, floor: float
) -> float:
    """Return a mean that the baseline rules out, at most half a nat beyond; the floor where it cannot.

    Half a nat is less than a twentieth of a usual line; sixty halvings exhaust a double.
    """
    if floor >= mean or evidence(floor) <= needed:
        return floor
    beyond, inside = floor, mean
    # A first guess, from the normal law: evidence grows by half the squared distance in standard errors.
    step = max(error * math.sqrt(2.0 * needed + 10.0), 1e-6)
    if mean - step > floor and evidence(mean - step) > needed:
        beyond = mean - step
    for _ in range(60):
        surplus = evidence(beyond) - needed
        if surplus <= 0.5:
            break
        middle = 0.5 * (beyond + inside)
        if evidence(middle) > needed:
            beyond = middle
        else:
            inside = middle
    return beyond
