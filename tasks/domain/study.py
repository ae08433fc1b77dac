"""A study: what a comparison, a calibration or a plan leaves on record, beside the windows of a service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is recorded of a comparison, a calibration or a plan.

    Attributes:
        kind: `comparison`, `calibration`, `capacity`.
        service: Whose.
        key: The same key is the same study: it is recorded in place, never doubled.
        name: Of its run.
        text: What it says, for people.
        start: Of the period it is about.
        end: Likewise.
        tags: What people filter by.
        params: What it was asked.
        metrics: Values by name, each with its time.
        artifacts: Texts by file name.
        finished: Whether nothing is to be added.
    """

    kind: str
    service: str
    key: str
    name: str
    text: str
    start: datetime
    end: datetime
    tags: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, tuple[tuple[datetime, float], ...]] = field(default_factory=dict)
    artifacts: Mapping[str, str] = field(default_factory=dict)
    finished: bool = True
