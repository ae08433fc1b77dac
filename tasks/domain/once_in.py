"""Evidence in words: how seldom an unchanged release looks as bad."""

from __future__ import annotations

import math
from datetime import timedelta


def once_in(log_evidence: float | None, window_length: timedelta) -> str:
    """Return `exp(log_evidence)` windows as a duration in words.

    >>> once_in(math.log(87_600), timedelta(hours=1))
    '10 years'
    >>> once_in(None, timedelta(hours=1))
    'each window'
    """
    if log_evidence is None or log_evidence <= 0:
        return "each window"
    hours = math.exp(min(log_evidence, 60.0)) * (window_length / timedelta(hours=1))
    for unit, size in (("years", 8760.0), ("months", 730.0), ("days", 24.0), ("hours", 1.0)):
        if hours >= 2 * size:
            count = round(hours / size)
            return f"more than 1,000 {unit}" if unit == "years" and count > 1000 else f"{count} {unit}"
    return "1 hour" if hours >= 1 else f"{round(hours * 60)} minutes"
