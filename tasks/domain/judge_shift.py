"""How far the judge itself moved: anchors judged again, each beside its own first score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.domain.signed import signed

MARGIN = 0.02
"""A smaller shift is nobody's concern; with call-to-call noise a margin of 0 would be crossed all the time."""

ERRORS = 3.0
"""Standard errors that name a shift: over 100 anchors at most 1 % of steady judges."""

FEWEST = 8
"""Differences below which nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeShift:
    """How far the judge itself moved, from anchors judged again.

    Attributes:
        mean: Mean of (score now − first score) of quality.
        standard_error: Of that mean.
        anchors: How many were compared.
    """

    mean: float
    standard_error: float
    anchors: int = 0

    @property
    def named(self) -> bool:
        """Whether the judge is said to have moved: two-sided, large enough, and not by chance."""
        return abs(self.mean) >= MARGIN and abs(self.mean) >= ERRORS * self.standard_error

    @property
    def words(self) -> str:
        """For a finding.

        >>> JudgeShift(mean=-0.153, standard_error=0.01, anchors=100).words
        'judge moved: anchors −0.15 ± 0.01 (100 judged again)'
        """
        shift = signed(self.mean, 2)
        if self.named:
            return f"judge moved: anchors {shift} ± {self.standard_error:.2f} ({self.anchors} judged again)"
        return f"anchors unmoved ({shift}, {self.anchors} judged again)"


def shift_of(differences: Sequence[float]) -> JudgeShift | None:
    """Return the shift that differences (now − first) show; None for too few of them."""
    n = len(differences)
    if n < FEWEST:
        return None
    mean = math.fsum(differences) / n
    variance = math.fsum((d - mean) ** 2 for d in differences) / (n - 1)
    return JudgeShift(mean=mean, standard_error=math.sqrt(variance / n), anchors=n)
