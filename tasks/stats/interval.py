"""An estimate with its interval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the interval it lies in; the method that made it says at which confidence.

    Attributes:
        estimate: Point estimate.
        low: Lower end.
        high: Upper end.
    """

    estimate: float
    low: float
    high: float
