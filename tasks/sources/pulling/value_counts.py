"""A numeric column folded into counts of its values at three significant digits, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasks.domain.summary import ValueCounts


def to_three_digits(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to three significant digits; at most half a percent off.

    The result is the nearest number to the decimal, so that equal decimals are equal numbers in every window.

    >>> to_three_digits(np.array([0.0, 1234.5, 0.00012345])).tolist()
    [0.0, 1230.0, 0.000123]
    """
    with np.errstate(divide="ignore"):
        exponent = np.where(values > 0, np.floor(np.log10(values)) - 2, 0.0)
    up = 10.0 ** np.maximum(-exponent, 0)
    down = 10.0 ** np.maximum(exponent, 0)
    # Whole numbers divided by a power of ten round correctly; multiplied by 0.001 they would not.
    rounded: NDArray[np.float64] = np.rint(values * up / down) * down / up
    return rounded


class Folded:
    """Counts of one column."""

    def __init__(self) -> None:
        self._counts: Counter[float] = Counter()

    def fold(self, values: Sequence[float]) -> None:
        """Count values, at least one."""
        distinct, counts = np.unique(to_three_digits(np.array(values, dtype=np.float64)), return_counts=True)
        self._counts.update(dict(zip(distinct.tolist(), counts.tolist(), strict=True)))

    def counts(self) -> ValueCounts | None:
        """Return the counts by rising value, None where there is no value."""
        if not self._counts:
            return None
        values = sorted(self._counts)
        return ValueCounts(values=values, counts=[self._counts[value] for value in values])
