"""From yearly budgets to lines of evidence, and who weighs how much."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tasks.domain.settings.monitors import Monitors
from tasks.domain.settings.policy import Policy
from tasks.stats.edetector import log_threshold

_YEAR = timedelta(days=365)
_LEAST = math.log(2)
"""A line that an unchanged release crosses every second window warns of nothing; budgets that ask for more get this."""

_QUALITY_SHARE = 0.4
"""The judged quality is what releases break most; the rest of a family shares the remainder evenly."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Log e-values at which the families act.

    Attributes:
        warn: Where the warn family warns.
        rollback: Where the rollback family fails a release.
        length: Length of a window.
    """

    warn: float
    rollback: float
    length: timedelta


def thresholds(policy: Policy, length: timedelta) -> Thresholds:
    """Return the lines that keep false alarms within the policy's yearly budgets, however often one looks."""
    windows_per_year = _YEAR / length
    return Thresholds(
        warn=max(_LEAST, log_threshold(windows_per_year, policy.warns_per_year)),
        rollback=max(_LEAST, log_threshold(windows_per_year, policy.false_rollbacks_per_year)),
        length=length,
    )


def levels(settings: Monitors) -> dict[str, str]:
    """Return what a breach leads to, `warn` or `rollback`, by monitor name; `drift` stands for all its columns."""
    return {
        name: monitor.on_breach
        for name in type(settings).model_fields
        if hasattr(monitor := getattr(settings, name), "on_breach") and monitor.enabled
    }


def margins(settings: Monitors) -> dict[str, float]:
    """Return the smallest drop that matters by monitor name, of the monitors that have one."""
    return {
        name: float(monitor.margin)
        for name in type(settings).model_fields
        if hasattr(monitor := getattr(settings, name), "margin")
    }


def level_of(monitor: str, known: Mapping[str, str]) -> str:
    """Return what a breach of the monitor leads to."""
    return known.get(monitor.split("/", maxsplit=1)[0], "warn")


def weights(monitors: Iterable[str]) -> dict[str, float]:
    """Return each monitor's weight within its family: 0.4 for quality, the rest even; they add up to 1."""
    names = sorted(set(monitors))
    if not names:
        return {}
    others = [name for name in names if name != "quality"]
    if len(others) == len(names):
        return dict.fromkeys(names, 1.0 / len(names))
    if not others:
        return {"quality": 1.0}
    return {"quality": _QUALITY_SHARE} | dict.fromkeys(others, (1.0 - _QUALITY_SHARE) / len(others))


def own_line(line: float, weight: float) -> float:
    """Return where a monitor alone carries its family across the line."""
    return line - math.log(weight)
