"""What people said, by interaction: their mean counts, and how far they agree among themselves is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean

import numpy as np

from tasks.domain.label import Label
from tasks.stats.agreement import krippendorff_alpha

Ratings = Mapping[str, tuple[float, ...]]
"""Of each interaction the scores people gave it."""


def ratings_of(labels: Iterable[Label]) -> Ratings:
    """Return people's scores by interaction, in the order they came.

    >>> dict(ratings_of([Label("a", 0.5, "ann"), Label("b", 1.0), Label("a", 0.7, "bob")]))
    {'a': (0.5, 0.7), 'b': (1.0,)}
    """
    found: dict[str, list[float]] = {}
    for label in labels:
        found.setdefault(label.interaction_id, []).append(label.score)
    return {name: tuple(scores) for name, scores in found.items()}


def human(ratings: Ratings, interaction_id: str) -> float:
    """Return the score of an interaction: the mean of those who rated it."""
    return fmean(ratings[interaction_id])


def raters_alpha(ratings: Ratings) -> float | None:
    """Return Krippendorff's α among people (interval); None where no interaction has two scores.

    Who gave which score does not enter it, so that scores without a name count like any.
    """
    most = max(map(len, ratings.values()), default=0)
    if most < 2:
        return None
    table = np.full((most, len(ratings)), np.nan)
    for item, scores in enumerate(ratings.values()):
        table[: len(scores), item] = scores
    return krippendorff_alpha(table, level="interval")
