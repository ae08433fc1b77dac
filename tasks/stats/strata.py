"""Baseline scores by stratum, such as the hour of the day."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.stats.window_scores import Floats, Numbers


def labels_of_scores(
    strata: Sequence[Hashable] | NDArray[Any], baseline: Numbers, counts: Numbers | None
) -> list[Hashable]:
    """Return the labels of the scores that are kept, in their order."""
    if len(strata) != len(baseline):
        raise ValueError(f"{len(strata)} strata for {len(baseline)} scores")
    kept = ~np.isnan(np.asarray(baseline, dtype=np.float64))
    if counts is not None:
        kept &= np.asarray(counts, dtype=np.float64) > 0
    plain = strata.tolist() if isinstance(strata, np.ndarray) else strata
    return [label for label, keep in zip(plain, kept, strict=True) if keep]


def stratum_means(
    values: Floats, counts: Floats | None, labels: Sequence[Hashable]
) -> tuple[dict[Hashable, float], Floats]:
    """Return each stratum's mean, and for each score its stratum's place in that mapping."""
    index = {label: place for place, label in enumerate(dict.fromkeys(labels))}
    place = np.array([index[label] for label in labels])
    number = np.ones(values.size) if counts is None else counts
    means = np.bincount(place, values * number) / np.bincount(place, number)
    return dict(zip(index, means.tolist(), strict=True)), place


def distinct_levels(values: Floats, counts: Floats | None) -> tuple[Floats, Floats | None]:
    """Return distinct values with their counts where that is much shorter."""
    levels, place = np.unique(values, return_inverse=True)
    if counts is None and levels.size * 4 > values.size:
        return values, None
    return levels, np.bincount(place, counts, minlength=levels.size).astype(np.float64)
