"""What releases on trial are held under, and what surrounds a window that is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tasks.decisions.drop import Level
from tasks.decisions.lines import Thresholds
from tasks.domain.settings.monitors import Monitors
from tasks.domain.settings.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a trial is held under: the same for all releases of a run."""

    service: str
    monitors: Monitors
    policy: Policy
    lines: Thresholds
    config_hash: str
    coverage_floor: float
    max_quarantined: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a window's service knows beside the release: all rows, the day's cost, the other releases' levels."""

    service_rows: int
    spent_today_usd: float | None
    others: Mapping[str, Mapping[str, Sequence[Level]]] = field(default_factory=dict)
