"""A schedule as people compare it: its words are its identity."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prefect.client.schemas.schedules import SCHEDULE_TYPES, CronSchedule, IntervalSchedule


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a deployment runs.

    Attributes:
        words: The rule with its zone, and parameters of its own; two schedules with the same words are the same.
        active: Whether it is on.
        id: Its id on the server; empty for one of a file.
    """

    words: str
    active: bool = True
    id: str = ""


def schedule_of(
    rule: SCHEDULE_TYPES,
    parameters: Mapping[str, Any] | None = None,
    *,
    active: bool | None = True,
    id: str = "",  # noqa: A002
) -> Schedule:
    """Return Prefect's schedule in comparable words.

    An interval's anchor is left out: Prefect sets it to the moment of the deployment where none is given.
    """
    zone = getattr(rule, "timezone", None) or "UTC"
    if isinstance(rule, CronSchedule):
        words = f"{rule.cron} {zone}" + ("" if rule.day_or else " day_and")
    elif isinstance(rule, IntervalSchedule):
        words = f"every {rule.interval} {zone}"
    else:
        words = f"{getattr(rule, 'rrule', '')} {zone}".strip()
    own = f" {json.dumps(parameters, sort_keys=True, default=str)}" if parameters else ""
    return Schedule(words + own, active is not False, id)
