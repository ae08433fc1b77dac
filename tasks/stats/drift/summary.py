"""A reference kept small: quantiles of numbers, counts of levels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.stats.drift.base import Floats


@dataclass(frozen=True, slots=True)
class ReferenceSummary:
    """What is kept of a reference sample; both compare functions accept it.

    Attributes:
        values: Evenly spaced order statistics, sorted; all values where there are few. Empty for categories.
        levels: Counts by category; empty for numbers.
        total: How many values there were.
        standard_deviation: Of all of them, ddof 0.
        range: The least and the largest of all of them; (0, 0) for categories.
    """

    values: Floats
    levels: dict[str, int]
    total: int
    standard_deviation: float
    range: tuple[float, float] = (0.0, 0.0)


def summarize_reference(values: Sequence[Any] | NDArray[Any], size: int = 4096) -> ReferenceSummary:
    """Summarize numbers or strings.

    Numbers are kept as `size` evenly spaced order statistics (the value at rank (k + ½) n / size), at most 32 kB a
    column, KS off by at most 1 / (2 size). Strings are kept as counts.

    Args:
        values: Numbers (NaN and infinities are dropped) or strings.
        size: Order statistics kept at most, at least 2.

    Raises:
        ValueError: when nothing is left, or size is below 2.

    Example:
        >>> summarize_reference([3.0, 1.0, 2.0]).values.tolist()
        [1.0, 2.0, 3.0]
        >>> summarize_reference(["a", "b", "a"]).levels
        {'a': 2, 'b': 1}
    """
    if size < 2:
        raise ValueError(f"size {size!r} must be at least 2")
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        levels = count_levels(values, "reference")
        return ReferenceSummary(np.empty(0), levels, sum(levels.values()), 0.0)
    kept = np.sort(finite(array, "reference"))
    sd, ends = float(kept.std()), (float(kept[0]), float(kept[-1]))
    total = int(kept.size)
    if total > size:
        kept = kept[((np.arange(size) + 0.5) * total / size).astype(np.int64)]
    return ReferenceSummary(kept, {}, total, sd, ends)


def finite(values: NDArray[Any], side: str) -> Floats:
    """Return the finite numbers.

    Raises:
        ValueError: naming the side, when none is left.
    """
    array = np.asarray(values, dtype=np.float64).ravel()
    kept: Floats = array[np.isfinite(array)]
    if not kept.size:
        raise ValueError(f"{side}: no finite value among {array.size}")
    return kept


def count_levels(values: Sequence[Any] | NDArray[Any], side: str) -> dict[str, int]:
    """Return counts by category; missing ones (None, NaN) are dropped.

    Raises:
        ValueError: naming the side, when none is left.
    """
    levels = Counter(str(value) for value in values if value is not None and value == value)  # noqa: PLR0124 (NaN)
    if not levels:
        raise ValueError(f"{side}: no category among {len(values)}")
    return dict(sorted(levels.items()))
