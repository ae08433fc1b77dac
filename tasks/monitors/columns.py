"""Arithmetic on columns kept as values with counts: shares, quantiles, ranks, sums over windows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tasks.domain.summary import ValueCounts

Arrays = tuple[np.ndarray, np.ndarray]

_FEW = 64
"""Up to here a plain loop is faster than making arrays: a baseline has hundreds of windows of a few values each."""


def arrays(column: ValueCounts) -> Arrays:
    """Return (values, counts), sorted by value."""
    values = np.asarray(column.values, dtype=float)
    counts = np.asarray(column.counts, dtype=np.int64)
    order = np.argsort(values, kind="stable")
    return values[order], counts[order]


def merge(columns: Iterable[ValueCounts]) -> ValueCounts:
    """Add columns up, value by value."""
    parts = [arrays(column) for column in columns if column.values]
    if not parts:
        return ValueCounts()
    values = np.concatenate([values for values, _ in parts])
    counts = np.concatenate([counts for _, counts in parts])
    distinct, position = np.unique(values, return_inverse=True)
    totals = np.bincount(position, weights=counts).astype(np.int64)
    return ValueCounts(values=distinct.tolist(), counts=totals.tolist())


def at_most(column: ValueCounts, threshold: float) -> tuple[int, int]:
    """Return (how many values are at most the threshold, how many there are)."""
    if len(column.values) <= _FEW:
        few = zip(column.values, column.counts, strict=True)
        return sum(count for value, count in few if value <= threshold), sum(column.counts)
    values, counts = arrays(column)
    return int(counts[values <= threshold].sum()), int(counts.sum())


def quantile(column: ValueCounts, share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed; NaN when there is none."""
    values, counts = arrays(column)
    if not values.size:
        return float("nan")
    at = int(np.searchsorted(np.cumsum(counts), share * counts.sum() - 1e-9))
    return float(values[min(at, values.size - 1)])


def mid_ranks(reference: ValueCounts, values: np.ndarray) -> np.ndarray:
    """Return the mid-rank probability-integral transform of values under the reference's distribution, in [0, 1].

    `u = (#below + #equal / 2) / n`: uniform on average under the reference, ties and all.
    """
    known, counts = arrays(reference)
    upto = np.concatenate([[0.0], np.cumsum(counts)])
    below = upto[np.searchsorted(known, values, side="left")]
    through = upto[np.searchsorted(known, values, side="right")]
    ranks: np.ndarray = (below + through) / (2.0 * upto[-1])
    return ranks


def value_counts(values: np.ndarray) -> ValueCounts:
    """Return the distinct values with their counts."""
    distinct, counts = np.unique(values, return_counts=True)
    return ValueCounts(values=distinct.tolist(), counts=counts.tolist())
