"""Did the service recover after a rollback, or was the release not the cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class RecoveryState(StrEnum):
    """What is known."""

    WATCHING = "watching"
    RECOVERED = "recovered"
    NOT_THE_CAUSE = "not_the_cause"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What is known of a recovery, and in words."""

    state: RecoveryState
    words: str


def recovery(baseline: float, level: float, after: Sequence[tuple[float, float]], windows: int) -> Recovery:
    """Say whether what fell came back: recovered when it regained at least half of what it had lost.

    Half, because that is where the mean since the rollback is as near to the baseline as to the failing level; a
    release that was the cause gives back all of it, one that was not, nothing.

    Args:
        baseline: Mean of the feature in the baseline, low is bad.
        level: Mean since the change, when the release failed.
        after: (mean, size) of each window since the rollback.
        windows: How many windows are waited for.
    """
    seen = [(mean, size) for mean, size in after if size > 0][:windows]
    if len(seen) < windows:
        return Recovery(RecoveryState.WATCHING, f"recovery is watched: {len(seen)} of {windows} windows so far")
    mean = sum(value * size for value, size in seen) / sum(size for _, size in seen)
    span = f"{level:.2f} → {mean:.2f} over {windows} windows, baseline {baseline:.2f}"
    if mean - level >= (baseline - level) / 2:
        return Recovery(RecoveryState.RECOVERED, f"recovered: {span}")
    return Recovery(RecoveryState.NOT_THE_CAUSE, f"not recovered, so the release was not the cause: {span}")
