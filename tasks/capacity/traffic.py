"""What the logs say of traffic: requests of each hour, and how long each release worked on one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from tasks.domain.interaction import Interaction
from tasks.stats.window_scores import Floats

HOUR = timedelta(hours=1)

_KEPT = 20_000
"""Service times kept of a release: its p95 is then known to 1 %, and a release takes 160 kB."""


@dataclass(slots=True)
class Times:
    """Evenly thinned measurements of an unknown number: every n-th is kept, n doubles when there are too many."""

    kept: list[float] = field(default_factory=list)
    every: int = 1
    seen: int = 0

    def add(self, value: float) -> None:
        """Take one in."""
        if self.seen % self.every == 0:
            self.kept.append(value)
            if len(self.kept) > _KEPT:
                self.kept = self.kept[::2]
                self.every *= 2
        self.seen += 1


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests by hour and service times by release.

    Attributes:
        start: Of the first hour that the logs cover whole.
        hourly: Requests of each hour, from there to the last that has any; none left out in between.
        service_s: Measured times in seconds by release, evenly thinned.
        requests: Requests by release.
    """

    start: datetime
    hourly: Floats
    service_s: dict[str, Floats]
    requests: dict[str, int]

    @property
    def end(self) -> datetime:
        """End of the last hour the logs cover."""
        return self.start + self.hourly.size * HOUR

    @property
    def newest(self) -> str | None:
        """The release with the latest first request that has times enough; None without any."""
        return next(reversed(self.service_s), None)


def measure_traffic(
    interactions: Iterable[Interaction], service: str, start: datetime, end: datetime, *, at_least: int = 100
) -> Traffic:
    """Count and measure the service's interactions.

    Hours before the logs begin and after they end are not hours without traffic: they are left out, and so is the one
    in which the logs begin.

    Latency in the logs is taken for the time a replica is busy with a request; where it holds waiting too, the plan is
    on the safe side. Failed calls count as requests, not as times: they often end at once.

    Args:
        interactions: In log order.
        service: Rows of others are ignored, rows that name none are its own.
        start: Of an hour.
        end: Of an hour.
        at_least: Releases with fewer times are left out of `service_s`.
    """
    hourly = np.zeros(max(round((end - start) / HOUR), 0))
    times: dict[str, Times] = {}
    requests: dict[str, int] = {}
    first: dict[str, datetime] = {}
    for one in interactions:
        if one.service not in {None, service} or not start <= one.timestamp < end:
            continue
        hourly[(one.timestamp - start) // HOUR] += 1
        release = one.release or ""
        requests[release] = requests.get(release, 0) + 1
        first[release] = min(one.timestamp, first.get(release, one.timestamp))
        if one.latency_ms is not None and one.latency_ms > 0 and one.error is None:
            times.setdefault(release, Times()).add(one.latency_ms / 1000)
    enough = [release for release in sorted(first, key=first.__getitem__) if len(_kept(times, release)) >= at_least]
    first_hour, last_hour = _covered(hourly)
    return Traffic(
        start + first_hour * HOUR,
        hourly[first_hour:last_hour],
        {release: np.array(_kept(times, release)) for release in enough},
        requests,
    )


def _covered(hourly: Floats) -> tuple[int, int]:
    """Return the first hour the logs cover whole, and the one after the last."""
    some = np.flatnonzero(hourly)
    if not some.size:
        return 0, 0
    begins = int(some[0])
    return begins + (begins > 0), int(some[-1]) + 1


def _kept(times: dict[str, Times], release: str) -> list[float]:
    return times[release].kept if release in times else []
