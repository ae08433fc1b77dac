"""What a comparison sees of an interaction: numbers without text, and the features made of them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tasks.domain.settings.experiments import Metric
from tasks.stats.window_scores import Floats

REFERRED: tuple[Metric, ...] = ("latency", "cost")
"""Metrics compared by exceedance: the share beyond the control's quantile, which must be known first."""

QUANTILE = 0.95
ENOUGH = 500
"""Control values from which the quantile is taken: 25 lie beyond it, and any fixed line keeps the test valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One interaction of one release; None is missing, which is not bad.

    Attributes:
        unit: What was assigned: the interaction's own id, or its session.
        failed: Whether the call failed; None where the logs do not tell.
        latency_ms: How long it took.
        cost_usd: What it cost.
        feedback: −1 to 1; None: no answer.
        quality: The judge's, 0 to 1; None: not judged.
        toxicity: Likewise, 1 is worst.
        content: Names the judged content; equal content has an equal number.
    """

    unit: str
    failed: bool | None = None
    latency_ms: float | None = None
    cost_usd: float | None = None
    feedback: float | None = None
    quality: float | None = None
    toxicity: float | None = None
    content: int | None = None

    @property
    def key(self) -> int:
        """The unit in 40 bits: of 40,000 units two are confused in 1 of 1,400 tests."""
        return int.from_bytes(hashlib.blake2b(self.unit.encode("utf-8", "surrogatepass"), digest_size=5).digest())


def _quality(row: Row) -> float | None:
    return row.quality


def _toxicity(row: Row) -> float | None:
    return None if row.toxicity is None else 1 - row.toxicity


def _errors(row: Row) -> float | None:
    return None if row.failed is None else float(not row.failed)


def _feedback(row: Row) -> float | None:
    # As the feedback monitor does: thumbs up among those who answered.
    return None if row.feedback is None else float(row.feedback > 0)


def _latency(row: Row) -> float | None:
    return row.latency_ms


def _cost(row: Row) -> float | None:
    return row.cost_usd


_READ: Mapping[Metric, Callable[[Row], float | None]] = {
    "quality": _quality,
    "toxicity": _toxicity,
    "errors": _errors,
    "latency": _latency,
    "cost": _cost,
    "feedback": _feedback,
}


def values_of(metric: Metric, rows: Sequence[Row]) -> Floats:
    """Return the metric of each row, NaN where it is missing; latency and cost in their own unit."""
    read = _READ[metric]
    return np.array([math.nan if (value := read(row)) is None else value for row in rows], dtype=float)


def features_of(metric: Metric, rows: Sequence[Row], reference: float | None) -> Floats:
    """Return the metric of each row as a feature in [0, 1] of which more is better.

    Args:
        metric: Which.
        rows: Of one release.
        reference: The control's quantile, for latency and cost.
    """
    values = values_of(metric, rows)
    if metric not in REFERRED:
        return values
    assert reference is not None  # nothing is compared before it is known
    return np.where(np.isnan(values), np.nan, (values <= reference).astype(float))
