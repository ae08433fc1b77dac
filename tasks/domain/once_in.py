"""Evidence in words: how seldom an unchanged release looks as bad."""

from __future__ import annotations

import math
from datetime import timedelta

_UNITS = (("years", 8760.0), ("months", 730.0), ("days", 24.0), ("hours", 1.0))
_MOST_YEARS = 1000


def once_in(log_evidence: float | None, window_length: timedelta) -> str:
    """Return `exp(log_evidence)` windows as a duration in words, to follow "once in"; never less than one window.

    Never falls when the evidence grows.

    >>> once_in(math.log(87_600), timedelta(hours=1))
    '10 years'
    >>> once_in(None, timedelta(hours=1))
    '1 hour'
    >>> once_in(-3.0, timedelta(minutes=15))
    '15 minutes'
    """
    against = log_evidence if log_evidence is not None and log_evidence > 0 else 0.0
    hours = math.exp(min(against, 60.0)) * (window_length / timedelta(hours=1))
    for unit, size in _UNITS:
        if hours >= 2 * size:
            count = round(hours / size)
            return (
                f"more than {_MOST_YEARS:,} {unit}" if unit == "years" and count > _MOST_YEARS else f"{count:,} {unit}"
            )
    minutes = round(hours * 60)
    return "1 hour" if minutes == 60 else f"{minutes} minutes"
