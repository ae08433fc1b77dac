"""Where a rollback goes: the last release that proved itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.domain.release import Mark, Origin, Release

_JUDGED = 1_000
"""Scores among which a drop of 0.05 would have shown."""

_WINDOWS = 12
"""Half a day by the hour; a service with little traffic never comes to a thousand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a release did while it served.

    Attributes:
        windows: How many were evaluated.
        undecided: How many of them had nothing judged.
        judged: Interactions that were scored.
        failed: Whether any window failed.
        newest: End of the newest window.
    """

    windows: int
    undecided: int
    judged: int
    failed: bool
    newest: datetime


def last_good(
    releases: Sequence[Release],
    served: Mapping[str, Served],
    *,
    instead_of: str | None,
    now: datetime,
    max_age: timedelta,
    unfit: Mapping[str, str] = {},
) -> tuple[Release | None, dict[str, str]]:
    """Return the good release that served last, and why each other release is none.

    Good: at least 1,000 judged (or all its windows, if it served at least 12), no fail, not quarantined, registered,
    served within `max_age`.

    Args:
        releases: As the registry knows them.
        served: What each did, by name.
        instead_of: The release that is to be left.
        now: The time.
        max_age: How long ago it may have served last.
        unfit: Releases that cannot serve now, by name, with why.
    """
    why: dict[str, str] = {}
    good: list[tuple[datetime, Release]] = []
    for release in releases:
        if release.name == instead_of:
            continue
        record = served.get(release.name)
        reason = _why_not(release, record, now, max_age) or unfit.get(release.name, "")
        if reason:
            why[release.name] = reason
        elif record is not None:
            good.append((record.newest, release))
    return (max(good, key=lambda one: one[0])[1] if good else None), why


def _why_not(release: Release, record: Served | None, now: datetime, max_age: timedelta) -> str:
    if release.mark is Mark.QUARANTINED:
        return f"quarantined ({release.why})"
    if release.origin is not Origin.REGISTERED:
        return "only seen in logs, never registered"
    if record is None:
        return "never evaluated"
    if record.failed:
        return "failed itself"
    if record.judged < _JUDGED and (record.windows < _WINDOWS or record.undecided):
        return f"only {record.judged} judged in {record.windows} windows"
    if now - record.newest > max_age:
        return f"served last {(now - record.newest).days} days ago"
    return ""
