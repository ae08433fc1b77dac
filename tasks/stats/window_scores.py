"""Scores of one window, checked at the door."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = Sequence[float] | NDArray[np.floating] | NDArray[np.integer]

LARGEST_WEIGHT = 10.0
"""A score that stands for more than ten others would decide alone: bets would be capped to almost nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class WindowScores:
    """Scores in [0, 1] without missing ones.

    Attributes:
        values: The scores.
        counts: How often each was seen; None: once.
        weights: Sampling weights; None: all 1.
    """

    values: Floats
    counts: Floats | None
    weights: Floats | None


def check_scores(scores: Numbers, counts: Numbers | None = None, weights: Numbers | None = None) -> WindowScores:
    """Return the scores that are not missing (NaN) and were seen at least once.

    Raises:
        ValueError: for a score outside [0, 1], a negative or infinite count, a weight outside [0, 10], unequal lengths.
    """
    values = one_dimensional(scores, "scores")
    seen = np.isfinite(values)
    _refuse(values, ~np.isnan(values) & ~((values >= 0) & (values <= 1)), "score", "must lie in [0, 1] (NaN = missing)")
    number = weight = None
    if counts is not None:
        number = _alongside(counts, values, "counts")
        _refuse(number, ~((number >= 0) & np.isfinite(number)), "count", "must be finite and not negative")
        seen &= number > 0
    if weights is not None:
        weight = _alongside(weights, values, "weights")
        _refuse(weight, ~((weight >= 0) & (weight <= LARGEST_WEIGHT)), "weight", f"must lie in [0, {LARGEST_WEIGHT:g}]")
    if seen.all():
        return WindowScores(values, number, weight)
    return WindowScores(
        values[seen], None if number is None else number[seen], None if weight is None else weight[seen]
    )


def check_design_effect(design_effect: float) -> float:
    """Return it if it is finite and at least 1: less would claim that scores tell more than independent ones."""
    if not (math.isfinite(design_effect) and design_effect >= 1):
        raise ValueError(f"design_effect {design_effect!r} must be finite and at least 1")
    return float(design_effect)


def one_dimensional(numbers: Numbers, name: str) -> Floats:
    """Return the numbers as a flat array of floats."""
    array = np.asarray(numbers, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {array.shape!r}")
    return array


def _alongside(numbers: Numbers, values: Floats, name: str) -> Floats:
    array = one_dimensional(numbers, name)
    if array.size != values.size:
        raise ValueError(f"{array.size} {name} for {values.size} scores")
    return array


def _refuse(array: Floats, bad: NDArray[np.bool_], name: str, rule: str) -> None:
    if bad.any():
        first = int(np.argmax(bad))
        raise ValueError(f"{name} {float(array[first])!r} at position {first} {rule}")
