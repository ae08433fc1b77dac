"""Features: what monitors feed to the evidence, as plain numbers.

A monitor turns its aspect into features in [0, 1], oriented so that low is bad. What bets on them (the detectors)
lives elsewhere; these types are what the two sides agree on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from operator import mul


class Boundary(StrEnum):
    """What a feature's mean is held against."""

    BASELINE = "baseline"
    OBJECTIVE = "objective"


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One bounded feature of one monitor, and the null it is held against.

    Attributes:
        key: Unique name, such as `latency/q95`.
        monitor: The monitor it speaks for.
        boundary: Whether the acceptable mean is the baseline's or a constant.
        constant: The acceptable mean, for an objective.
        baseline: The baseline's distinct values in [0, 1], for a baseline.
        baseline_counts: How often each was seen.
        strata: Hour of the day of each value; empty: not stratified.
        margin: Subtracted from the baseline's mean before betting (a tolerance); 0 with two keys.
        design_effect: How much less than independent scores the baseline's scores tell.
        window_effect: The same of a window's scores; None: as the baseline's.
        two_level: Whether every value is 0 or 1.
        needs_judge: Whether it is measured by the judge.
        reserve: Whether it is watched but asked only when another explanation is at hand; in no family.
    """

    key: str
    monitor: str
    boundary: Boundary
    constant: float = 0.5
    baseline: Sequence[float] = ()
    baseline_counts: Sequence[int] = ()
    strata: Sequence[int] = ()
    margin: float = 0.0
    design_effect: float = 1.0
    window_effect: float | None = None
    two_level: bool = False
    needs_judge: bool = False
    reserve: bool = False

    @cached_property
    def baseline_size(self) -> int:
        """How many baseline scores there are."""
        return int(sum(self.baseline_counts))

    @cached_property
    def baseline_mean(self) -> float:
        """Mean of the baseline's scores."""
        total = sum(value * count for value, count in zip(self.baseline, self.baseline_counts, strict=True))
        return float(total / self.baseline_size)

    @cached_property
    def mean_by_hour(self) -> dict[int, float]:
        """Mean of the baseline's scores by hour of the day; empty where it is not stratified."""
        sums: dict[int, list[float]] = {}
        for value, count, hour in zip(self.baseline, self.baseline_counts, self.strata, strict=False):
            total = sums.setdefault(hour, [0.0, 0.0])
            total[0] += value * count
            total[1] += count
        return {hour: total / number for hour, (total, number) in sums.items() if number}

    @cached_property
    def variance(self) -> float:
        """Variance of one baseline score, at least 1e-6: equal scores are no proof that others never come."""
        pairs = zip(self.baseline, self.baseline_counts, strict=True)
        squares = sum(count * (value - self.baseline_mean) ** 2 for value, count in pairs)
        return max(float(squares / self.baseline_size), 1e-6)


@dataclass(frozen=True, slots=True)
class Observation:
    """A feature's values in one window.

    Attributes:
        values: Distinct values in [0, 1].
        counts: How often each was seen.
        design_effect: How much less than independent scores these tell (hours, autocorrelation, repeated content).
    """

    values: Sequence[float]
    counts: Sequence[int]
    design_effect: float = 1.0

    @property
    def size(self) -> int:
        """How many scores there are."""
        return int(sum(self.counts))

    @property
    def ones(self) -> int:
        """How many of the values are 1."""
        return int(sum(count for value, count in zip(self.values, self.counts, strict=True) if value == 1.0))

    @property
    def mean(self) -> float:
        """Their mean; NaN where there is none."""
        size = self.size
        if not size:
            return float("nan")
        return float(sum(map(mul, self.values, self.counts)) / size)
