"""How often judged content repeats: releases answer from finite pools, and repeats are no new evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


class Repeats:
    """Counts judged contents of a release, window by window.

    >>> repeats = Repeats()
    >>> repeats.add([1, 2, 3])
    1.0
    >>> round(repeats.add([1, 1, 1]), 3)
    3.0
    """

    def __init__(self) -> None:
        self._seen: Counter[int] = Counter()
        self._squares = 0
        self._total = 0

    def add(self, contents: Iterable[int]) -> float:
        """Take in the contents of one more window and return Σ N² / Σ N so far."""
        for content in contents:
            self._squares += 2 * self._seen[content] + 1
            self._total += 1
            self._seen[content] += 1
        return self.factor

    @property
    def factor(self) -> float:
        """Σ N² / Σ N over the contents so far; 1 when all differ."""
        return self._squares / self._total if self._total else 1.0
