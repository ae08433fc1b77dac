"""From interactions to units: what was assigned counts once, and is paired once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks.experiments.rows import Row
from tasks.stats.window_scores import Floats

UNITS_KEPT = 40_000
"""Sessions remembered, both releases together: enough to show 0.01 and a split that is off by a point; 500 kB."""


@dataclass(frozen=True, slots=True)
class Arm:
    """The units of one release in one window, each new.

    Attributes:
        rows: Theirs, in the order served.
        unit: Position of each row's unit.
        units: How many there are.
        keys: Of the units, to recognize them by; empty where each interaction is its own.
    """

    rows: tuple[Row, ...]
    unit: np.ndarray[tuple[int], np.dtype[np.intp]]
    units: int
    keys: tuple[int, ...]


def each_its_own(rows: Sequence[Row]) -> Arm:
    """Return interactions that were assigned one by one."""
    return Arm(tuple(rows), np.arange(len(rows)), len(rows), ())


def new_units(rows: Sequence[Row], seen: frozenset[int]) -> Arm:
    """Return the sessions that were not seen before: one enters once, with what it did in its first window.

    Interactions of a session are alike; counted one by one, or window by window, they would be taken for more evidence
    than they are.
    """
    positions: dict[int, int] = {}
    kept: list[Row] = []
    unit: list[int] = []
    for row in rows:
        key = row.key
        if key not in seen:
            kept.append(row)
            unit.append(positions.setdefault(key, len(positions)))
    return Arm(tuple(kept), np.array(unit, dtype=np.intp), len(positions), tuple(positions))


def means(arm: Arm, features: Floats) -> Floats:
    """Return the mean feature of each unit that has one, in the order the units came."""
    known = ~np.isnan(features)
    total = np.bincount(arm.unit[known], features[known], minlength=arm.units)
    number = np.bincount(arm.unit[known], minlength=arm.units)
    # A mean of ones may come out a rounding above 1, which no test accepts.
    return np.clip(total[number > 0] / number[number > 0], 0.0, 1.0)


def evenly(control: Floats, candidate: Floats) -> tuple[Floats, Floats]:
    """Return as many of both, spread over the window: with shares of 90 and 10, not the control's first minutes."""
    size = min(control.size, candidate.size)
    if not size:
        return control[:0], candidate[:0]
    at = np.arange(size)
    return control[at * control.size // size], candidate[at * candidate.size // size]
