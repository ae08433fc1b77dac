"""From traffic to a plan: what is to be expected, how long the live release works on it, what serves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from tasks.capacity.demand import Demand, demand
from tasks.capacity.manifest import manifest
from tasks.capacity.planning import Plan, plan_ahead, replicas_for
from tasks.capacity.queueing import ServiceTime
from tasks.capacity.traffic import HOUR, Traffic
from tasks.domain.errors import SettingsError
from tasks.domain.scaling import ScalingPlan
from tasks.domain.settings.capacity import Autoscaling

_STALE = timedelta(days=1)
"""Logs that end longer ago are told: a quiet night is shorter."""

_ANY_NUMBER = 10_000
"""As many as the settings know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A plan with what it rests on.

    Attributes:
        service: Whose.
        release: What the plan is for.
        measured: The release whose service times were taken; the same, unless it has too few.
        service_time: Its moments.
        p95_ms: Its 95th percentile.
        known: The demand.
        learned_until: End of the logs.
        plan: Replicas by the hour.
        asked: Bounds and objective it keeps.
        notes: What people must know to judge it.
    """

    service: str
    release: str
    measured: str
    service_time: ServiceTime
    p95_ms: float
    known: Demand
    learned_until: datetime
    plan: Plan
    asked: Autoscaling
    notes: tuple[str, ...] = ()

    @property
    def needed(self) -> int:
        """Replicas the busiest hour needs, whatever the bounds."""
        unbounded = self.asked.model_copy(update={"max_replicas": _ANY_NUMBER})
        return replicas_for(self.plan.peak.requests.high / HOUR.total_seconds(), self.service_time, unbounded)

    @property
    def autoscaler(self) -> dict[str, Any]:
        """The manifest of its HorizontalPodAutoscaler."""
        return manifest(self.service, self.plan, self.asked)

    @property
    def scaling(self) -> ScalingPlan:
        """The plan as a target is told."""
        return ScalingPlan(
            service=self.service,
            release=self.release,
            learned_until=self.learned_until,
            min_replicas=min(hour.replicas for hour in self.plan.hours),
            max_replicas=self.asked.max_replicas,
            hours=tuple((hour.start, hour.replicas) for hour in self.plan.hours),
            autoscaler=self.autoscaler,
        )


def forecast(service: str, traffic: Traffic, asked: Autoscaling, live: str | None, start: datetime) -> Forecast:
    """Plan the hours from a moment on.

    Args:
        service: Whose.
        traffic: What the logs say.
        asked: Bounds and objective.
        live: The release that serves; None: the newest in the logs.
        start: Of the first hour that is planned.

    Raises:
        SettingsError: when the logs do not say enough: no request, less than a day, no latency.
    """
    if not traffic.requests:
        raise SettingsError(
            f"the logs have no request of {service!r} in {asked.history_days:g} days before {start:%Y-%m-%d %H:%M}Z; "
            "check logs.path, logs.columns (service) and autoscaling.history_days"
        )
    measured = live if live in traffic.service_s else traffic.newest
    if measured is None:
        raise SettingsError(
            f"no release of {service!r} has enough measured latencies to plan from; map logs.columns.latency_ms"
        )
    try:
        known = demand(traffic.hourly, traffic.start, confidence=asked.confidence)
    except ValueError as error:
        raise SettingsError(f"{service!r}: {error}") from error
    times = traffic.service_s[measured]
    service_time = ServiceTime.of(times)
    release = live or measured
    return Forecast(
        service=service,
        release=release,
        measured=measured,
        service_time=service_time,
        p95_ms=1000 * float(np.quantile(times, 0.95)),
        known=known,
        learned_until=traffic.end,
        plan=plan_ahead(known, service_time, asked, start),
        asked=asked,
        notes=_notes(traffic, release, measured, start),
    )


def _notes(traffic: Traffic, release: str, measured: str, start: datetime) -> tuple[str, ...]:
    notes = []
    if measured != release:
        notes.append(f"{release} has too few measured latencies; those of {measured} were taken")
    if start - traffic.end >= _STALE:
        notes.append(f"the logs end at {traffic.end:%Y-%m-%d %H:%M}Z, before the plan begins")
    return tuple(notes)
