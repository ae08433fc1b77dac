"""A release that failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """A release that failed: sticky until a rollback or a new release.

    Attributes:
        since: Start of the window in which it failed.
        monitors: What failed it.
        reason: In words.
        absolute_only: Whether only an absolute objective was breached; that alone rolls nothing back.
        feature: Key of the feature that fell; None for an absolute breach, as the following two.
        baseline: Its mean in the baseline, low is bad.
        level: Its mean since the change.
    """

    since: datetime
    monitors: tuple[str, ...]
    reason: str
    absolute_only: bool
    feature: str | None = None
    baseline: float | None = None
    level: float | None = None
