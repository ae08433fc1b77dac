"""What some logs hold before anything is judged: which services and releases, when and how much."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tasks.domain.errors import SourceError
from tasks.domain.interaction import Interaction
from tasks.domain.settings.logs import LogSource
from tasks.domain.window import floor
from tasks.sources.entries import Entries

HOUR = timedelta(hours=1)

_FAR_OUT = timedelta(days=7)
"""A few rows this far from all others have a wrong clock."""

_FEW_ROWS, _FEW = 3, 0.02
_LATENCIES = 20_000
_LEADS = 2 / 3
"""A release is what serves from the hour in which it has this share of the traffic."""


@dataclass(frozen=True)
class Survey:
    """Rows by service, release and hour.

    Attributes:
        rows: By (service, release, start of the hour); None where a row names none.
        quarantined: Rows that are no interactions, by cause.
        latencies_ms: Of the first rows, by service.
    """

    rows: Counter[tuple[str | None, str | None, datetime]] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)
    latencies_ms: dict[str | None, array[float]] = field(default_factory=dict)

    def services(self) -> list[tuple[str | None, int]]:
        """Return each service with its rows, the largest first."""
        totals: Counter[str | None] = Counter()
        for (service, _, _), number in self.rows.items():
            totals[service] += number
        return totals.most_common()

    def releases(self, service: str | None) -> dict[str | None, int]:
        """Return the releases of a service with their rows, in the order they were first seen."""
        totals: dict[str | None, int] = {}
        for (_, release, _), number in self._of(service):
            totals[release] = totals.get(release, 0) + number
        return totals

    def span(self, service: str | None) -> tuple[datetime, datetime]:
        """Return the first hour with rows and the end of the last, without the few that lie far from all others."""
        hours: Counter[datetime] = Counter()
        for (_, _, hour), number in self._of(service):
            hours[hour] += number
        ordered = sorted(hours)
        few = max(_FEW_ROWS, _FEW * hours.total())
        first, last = _edge(ordered, hours, few), _edge(ordered[::-1], hours, few)
        return first, last + HOUR

    def slow_ms(self, service: str | None) -> float | None:
        """Return the latency that one in twenty rows exceeds; None where none is known."""
        known = sorted(self.latencies_ms.get(service) or self.latencies_ms.get(None) or ())
        return known[int(0.95 * (len(known) - 1))] if known else None

    def served(self, service: str | None, start: datetime, end: datetime) -> list[tuple[datetime, str]]:
        """Return what served from when on, oldest first: what has two thirds of an hour, until another has."""
        by_hour: dict[datetime, Counter[str]] = {}
        for (_, release, hour), number in self._of(service):
            if release is not None and start <= hour < end:
                by_hour.setdefault(hour, Counter())[release] += number
        served: list[tuple[datetime, str]] = []
        for hour in sorted(by_hour):
            (leader, number), *_ = by_hour[hour].most_common(1)
            leads = number >= _LEADS * by_hour[hour].total()
            if not served or (leads and served[-1][1] != leader):
                served.append((hour, leader))
        return served

    def _of(self, service: str | None) -> list[tuple[tuple[str | None, str | None, datetime], int]]:
        mine = [one for one in self.rows.items() if one[0][0] in {None, service}]
        return sorted(mine, key=lambda one: (one[0][2], str(one[0][1])))


def survey(source: LogSource) -> Survey:
    """Count the rows of a log source.

    Raises:
        SourceError: when a file cannot be read, a mapped column is in no row, or no row is an interaction.
    """
    found = Survey()
    for batch in Entries(source):
        for entry in batch.entries:
            if isinstance(entry, Interaction):
                found.rows[entry.service, entry.release, floor(entry.timestamp, HOUR)] += 1
                known = found.latencies_ms.setdefault(entry.service, array("d"))
                if entry.latency_ms is not None and len(known) < _LATENCIES:
                    known.append(entry.latency_ms)
            else:
                found.quarantined[entry.cause] += 1
    if not found.rows:
        causes = ", ".join(f"{number} {cause}" for cause, number in found.quarantined.most_common(4)) or "there is none"
        raise SourceError(
            f"no row of logs.path {source.path!r} can be used: {causes}; map the columns, or mend the rows"
        )
    return found


def _edge(ordered: Sequence[datetime], hours: Counter[datetime], few: float) -> datetime:
    """Return the outermost hour that is no stray."""
    strays = 0
    for at, hour in enumerate(ordered[:-1]):
        strays += hours[hour]
        if strays > few:
            break
        if abs(ordered[at + 1] - hour) > _FAR_OUT:
            return ordered[at + 1]
    return ordered[0]
