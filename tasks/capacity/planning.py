"""Replicas by the hour: as few as hold the objective at the traffic to be expected, within the bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tasks.capacity.demand import Demand
from tasks.capacity.queueing import ServiceTime, concurrency, wait_quantile
from tasks.capacity.traffic import HOUR
from tasks.domain.settings.capacity import Autoscaling
from tasks.stats.interval import Interval

_STEADY = 0.98
"""Above this use a queue needs hours to settle; no hour is planned for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedHour:
    """One hour of a plan.

    Attributes:
        start: When it begins.
        requests: To be expected in it.
        in_flight: Requests worked on at the same time, at the upper end of what is expected.
        replicas: That serve it.
        wait_ms: What the asked share of requests waits at most at that upper end; infinite beyond what can be served.
        holds: Whether that is within the objective.
    """

    start: datetime
    requests: Interval
    in_flight: float
    replicas: int
    wait_ms: float
    holds: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Replicas of the hours ahead.

    Attributes:
        hours: In order.
        replica_hour_usd: The price; None: unknown.
    """

    hours: tuple[PlannedHour, ...]
    replica_hour_usd: float | None = None

    @property
    def replica_hours(self) -> int:
        """Of all hours."""
        return sum(hour.replicas for hour in self.hours)

    @property
    def cost_usd(self) -> float | None:
        """What it costs; unknown is None, not 0."""
        return None if self.replica_hour_usd is None else self.replica_hour_usd * self.replica_hours

    @property
    def constant_usd(self) -> float | None:
        """What the busiest hour's replicas cost all the time."""
        if self.replica_hour_usd is None:
            return None
        return self.replica_hour_usd * self.peak.replicas * len(self.hours)

    @property
    def peak(self) -> PlannedHour:
        """The hour with the most traffic."""
        return max(self.hours, key=lambda hour: hour.requests.high)

    @property
    def broken(self) -> tuple[PlannedHour, ...]:
        """Hours that need more than may serve."""
        return tuple(hour for hour in self.hours if not hour.holds)


def wait_ms(replicas: int, per_second: float, service: ServiceTime, asked: Autoscaling) -> float:
    """Return what the asked share waits at most, in ms; infinite where no steady state is reached."""
    slots = replicas * asked.slots
    if concurrency(per_second, service) > _STEADY * slots:
        return math.inf
    return 1000 * wait_quantile(slots, per_second, service, asked.share)


def replicas_for(per_second: float, service: ServiceTime, asked: Autoscaling) -> int:
    """Return the fewest replicas that hold the objective, within the bounds; the most where none do.

    Example:
        >>> replicas_for(10.0, ServiceTime(0.8, 1.0, 6.0), Autoscaling(max_wait_ms=500))
        11
    """
    low, high = asked.min_replicas, asked.max_replicas
    while low < high:
        middle = (low + high) // 2
        if wait_ms(middle, per_second, service, asked) <= asked.max_wait_ms:
            high = middle
        else:
            low = middle + 1
    return low


def plan(expected: Sequence[tuple[datetime, Interval]], service: ServiceTime, asked: Autoscaling) -> Plan:
    """Plan the hours.

    Args:
        expected: Start and requests of each hour, with the interval they lie in.
        service: How long a request keeps a slot busy.
        asked: Bounds and objective.
    """
    hours = []
    for start, requests in expected:
        per_second = requests.high / HOUR.total_seconds()
        replicas = replicas_for(per_second, service, asked)
        waits = wait_ms(replicas, per_second, service, asked)
        hours.append(
            PlannedHour(
                start=start,
                requests=requests,
                in_flight=concurrency(per_second, service),
                replicas=replicas,
                wait_ms=waits,
                holds=waits <= asked.max_wait_ms,
            )
        )
    return Plan(tuple(hours), asked.replica_hour_usd)


def plan_ahead(known: Demand, service: ServiceTime, asked: Autoscaling, start: datetime) -> Plan:
    """Plan the hours from a moment on, as far as is asked."""
    hours = [start + at * HOUR for at in range(round(24 * asked.ahead_days))]
    return plan([(hour, known.expect(hour)) for hour in hours], service, asked)
