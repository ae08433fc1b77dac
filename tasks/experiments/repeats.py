"""Content that comes again is no new evidence: how often each was seen, and what that takes off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

CONTENTS_KEPT = 20_000
"""A release; what comes later is taken for new. A pool that repeats is known long before."""


def counted(known: Mapping[str, int], contents: Iterable[int | None]) -> dict[str, int]:
    """Return how often each content was seen, with these."""
    counts = dict(known)
    for content, times in Counter(content for content in contents if content is not None).items():
        name = format(content, "x")
        if name in counts or len(counts) < CONTENTS_KEPT:
            counts[name] = counts.get(name, 0) + times
    return counts


def effect_of(counts: Mapping[str, int]) -> float:
    """Return the design effect of repeated content, `Σ N² / Σ N`, at least 1."""
    total = sum(counts.values())
    return max(1.0, sum(number * number for number in counts.values()) / total) if total else 1.0
