"""What a drift test takes and returns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TestResult:
    """A test of "both samples come from one distribution".

    Attributes:
        name: The test.
        statistic: Its statistic, as in the literature.
        p_value: The chance of a statistic at least as extreme under no change, in [0, 1].
        effect: A size that does not grow with the sample: Cliff's delta for Mann–Whitney, the largest gap for KS,
            Cramér's V for contingency tables.
        worse: Whether the move is in the bad direction; None where no direction was given or the test has none.
        directed: Whether the sign of the effect tells the direction, positive when the current sample is larger.
    """

    __test__ = False  # pytest would collect a class of this name

    name: str
    statistic: float
    p_value: float
    effect: float
    worse: bool | None = None
    directed: bool = False


@dataclass(frozen=True, slots=True)
class Distance:
    """How far apart two samples are; no probability, and not comparable with one by accident.

    Attributes:
        name: The distance.
        value: 0 for equal samples.
    """

    name: str
    value: float


@dataclass(frozen=True)
class NumericPair:
    """Two numeric samples, each sorted once and shared by all tests.

    Attributes:
        reference: Sorted values of the reference, NaN and infinities dropped.
        current: Sorted values of the current sample.
        reference_sd: The reference's standard deviation, ddof 0, from all of it where only quantiles are kept.
        reference_size: How many values the reference had.
        reference_range: The least and the largest of all of them.
    """

    reference: Floats
    current: Floats
    reference_sd: float
    reference_size: int
    reference_range: tuple[float, float]

    @cached_property
    def cdf_gap(self) -> tuple[float, float]:
        """Largest (current − reference, reference − current) of the empirical distribution functions, at least 0.

        The first is large where current values lie lower, the second where they lie higher.

        Between two points of one sample its own function is flat and the other's only rises, so the extremes lie at
        the points of either sample, just before and just after: the smaller one's points are enough.
        """
        points = self.reference if self.reference.size <= self.current.size else self.current
        gaps = np.concatenate(
            [
                np.searchsorted(self.current, points, side=side) / self.current.size
                - np.searchsorted(self.reference, points, side=side) / self.reference.size
                for side in ("left", "right")
            ]
        )
        return float(max(gaps.max(), 0.0)), float(max(-gaps.min(), 0.0))

    @cached_property
    def one_value(self) -> bool:
        """Whether both samples are one and the same value throughout."""
        return bool(self.reference[0] == self.reference[-1] == self.current[0] == self.current[-1])

    @cached_property
    def gap_by_step(self) -> tuple[Floats, Floats]:
        """Return (reference − current distribution function, length) of the steps between pooled values."""
        both = np.concatenate([self.reference, self.current])
        both.sort(kind="stable")  # merges two sorted runs
        starts = both[:-1]
        below = np.searchsorted(self.reference, starts, side="right")
        gaps = below / self.reference.size
        # What is not of the reference is of the current sample: the last of equal values has both counts whole.
        last = starts != both[1:]
        gaps -= (np.arange(1, both.size) - below) / self.current.size
        gaps[~last] = 0.0
        return gaps, np.diff(both)

    @cached_property
    def binned(self) -> tuple[Floats, Floats]:
        """Shares (reference, current) over common bins: one a value up to 20 reference values, else Sturges' bins.

        Sturges' equal-width bins are laid over both samples pooled, as the best-known drift library does.
        """
        if np.unique(self.reference[:: max(1, self.reference.size // 4096)]).size <= _FEW_VALUES:
            values = np.unique(self.reference)
            if values.size <= _FEW_VALUES:
                return _shares_by_value(self.reference, self.current)
        edges = self._sturges()
        return _shares_by_bin(self.reference, edges), _shares_by_bin(self.current, edges)

    def _sturges(self) -> Floats:
        """Edges of equal-width bins over both samples pooled, as `numpy.histogram_bin_edges` lays them."""
        low = min(self.reference_range[0], float(self.current[0]))
        high = max(self.reference_range[1], float(self.current[-1]))
        if low == high:
            return np.array([low - 0.5, high + 0.5])
        width = (high - low) / (math.log2(self.reference_size + self.current.size) + 1.0)
        return np.linspace(low, high, math.ceil((high - low) / width) + 1)


_FEW_VALUES = 20
"""Distinct reference values up to which each is a bin, as in the best-known drift library."""


def _shares_by_bin(values: Floats, edges: Floats) -> Floats:
    """Return shares of sorted values in half-open bins, the last one closed, as `numpy.histogram` counts them."""
    upto = np.searchsorted(values, edges, side="left")
    upto[-1] = np.searchsorted(values, edges[-1], side="right")
    shares: Floats = np.diff(upto) / values.size
    return shares


def _shares_by_value(reference: Floats, current: Floats) -> tuple[Floats, Floats]:
    values = np.union1d(reference, current)
    counted = []
    for sample in (reference, current):
        counts = np.searchsorted(sample, values, side="right") - np.searchsorted(sample, values, side="left")
        counted.append(counts / sample.size)
    return counted[0], counted[1]


@dataclass(frozen=True, slots=True)
class CategoricalPair:
    """Two samples of categories as counts over the union of their levels, in sorted order."""

    reference: Floats
    current: Floats


class NumericTest(Protocol):
    """A drift test on numbers."""

    def __call__(self, pair: NumericPair) -> TestResult | Distance:
        """Compare the two samples."""
        ...


class CategoricalTest(Protocol):
    """A drift test on categories."""

    def __call__(self, pair: CategoricalPair) -> TestResult | Distance:
        """Compare the two samples."""
        ...
