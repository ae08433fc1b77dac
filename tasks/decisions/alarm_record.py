"""Promised against true alarms: how many were raised, which of them people marked wrong, how many may have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Alarm:
    """An incident as it was raised.

    Attributes:
        failed: Whether it came to a failure; else it was a warning.
        right: What a person marked it; None: nobody did.
    """

    failed: bool
    right: bool | None = None


def alarm_record(alarms: Sequence[Alarm], watched: timedelta, warns_a_year: float, failures_a_year: float) -> str:
    """Return in words what became of the alarms of a service, beside what its policy promises.

    The promise is about unchanged releases: that so many alarms a year, at most, are false. What people marked is
    counted, what nobody marked is not guessed.

    Args:
        alarms: Every incident, oldest first.
        watched: How long the service has been evaluated.
        warns_a_year: False warnings a year, at most, by policy.
        failures_a_year: False failures a year, at most, by policy.

    >>> alarm_record([Alarm(failed=True, right=True)], timedelta(days=73), 4, 0.1)
    '73 days watched: 1 failure (1 right), 0 warnings; promised at most 0.02 false failures, 0.8 false warnings'
    """
    failures, warnings = ([one.right for one in alarms if one.failed is kind] for kind in (True, False))
    years = watched / _YEAR
    return (
        f"{watched / timedelta(days=1):.0f} days watched: {_told(failures, 'failure')}, {_told(warnings, 'warning')}; "
        f"promised at most {failures_a_year * years:.2g} false failures, {warns_a_year * years:.2g} false warnings"
    )


def _told(marks: Sequence[bool | None], what: str) -> str:
    counts = {"right": marks.count(True), "wrong": marks.count(False), "unmarked": marks.count(None)}
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"{len(marks)} {what}{'' if len(marks) == 1 else 's'}" + (f" ({told})" if told else "")
