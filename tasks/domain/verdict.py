"""The verdict: `pass` < `inconclusive` < `warn` < `fail`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """What is said of a window or of one monitor in it; declared from best to worst.

    >>> worst([Verdict.PASS, Verdict.WARN, Verdict.INCONCLUSIVE])
    <Verdict.WARN: 'warn'>
    """

    PASS = "pass"  # noqa: S105 (a verdict, no password)
    INCONCLUSIVE = "inconclusive"
    WARN = "warn"
    FAIL = "fail"

    @property
    def rank(self) -> int:
        """Position in the order, 0 for the best."""
        return _RANKS[self]


_RANKS = {verdict: rank for rank, verdict in enumerate(Verdict)}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of the verdicts; `pass` when there is none."""
    return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.PASS)
