"""The second key: how far a feature fell since when, and whether another release fell alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tasks.domain.feature import Feature
from tasks.stats.edetector import change_point

_Z = 1.959963984540054
"""Normal quantile of a 95 % interval."""

_FEWEST = 20
"""Scores of another release before and since, below which it is not known to have moved."""


@dataclass(frozen=True, slots=True)
class Level:
    """A feature's mean in one window."""

    start: datetime
    mean: float
    size: float


History = Mapping[str, Sequence[Level]]
"""A release's levels by feature key, oldest first, windows without values left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """How far a feature fell below its baseline, since the estimated change.

    Attributes:
        feature: Its key.
        monitor: Whose it is.
        since: Start of the first window after the change.
        drop: Baseline mean minus mean since, in the feature's unit; positive is worse.
        low: Lower end of its 95 % interval.
        high: Upper end.
        level: The mean since.
        baseline: The baseline's mean.
        standard_error: Of the drop.
    """

    feature: str
    monitor: str
    since: datetime
    drop: float
    low: float
    high: float
    level: float
    baseline: float
    standard_error: float

    @property
    def words(self) -> str:
        """The drop in the monitor's own direction: of features low is bad, of toxicity and errors high is."""
        turned = self.monitor in {"toxicity", "errors"}
        baseline, level = (1 - self.baseline, 1 - self.level) if turned else (self.baseline, self.level)
        return (
            f"{baseline:.2f} → {level:.2f} since about {self.since:%m-%d %H:%M}Z "
            f"({'rise' if turned else 'drop'} {self.drop:.2f}, {self.low:.2f}–{self.high:.2f})"
        )


def estimate_drop(feature: Feature, levels: Sequence[Level]) -> Drop | None:
    """Estimate change point and drop of one feature; None without any level.

    The change point maximizes (baseline mean − mean since) · √N over starts; the interval takes the variance of the
    baseline (or of a share at its mean) tempered by the design effect, and the baseline's own error.
    """
    if not levels:
        return None
    usual = [feature.mean_by_hour.get(level.start.hour, feature.baseline_mean) for level in levels]
    found = change_point([level.mean for level in levels], [level.size for level in levels], usual)
    since = levels[found.start_index :]
    served = sum(level.size for level in since)
    # The baseline at the hours that were served since: quiet nights must not look like a drop.
    baseline = sum(mean * level.size for mean, level in zip(usual[found.start_index :], since, strict=True)) / served
    size = max(found.size, 1.0)
    error = math.sqrt(feature.variance * feature.design_effect * (1.0 / size + 1.0 / max(feature.baseline_size, 1)))
    return Drop(
        feature=feature.key,
        monitor=feature.monitor,
        since=levels[found.start_index].start,
        drop=found.drop,
        low=found.drop - _Z * error,
        high=found.drop + _Z * error,
        level=baseline - found.drop,
        baseline=baseline,
        standard_error=error,
    )


def moved_alike(drop: Drop, feature: Feature, others: Mapping[str, History]) -> tuple[str, float] | None:
    """Return (release, its drop) of another release that fell alike in the same windows, else None.

    Alike: at least half as far, at least 20 scores before and since, and beyond twice the standard error.
    """
    for release, history in sorted(others.items()):
        levels = history.get(drop.feature, ())
        before = [level for level in levels if level.start < drop.since]
        since = [level for level in levels if level.start >= drop.since]
        size_before, size_since = sum(level.size for level in before), sum(level.size for level in since)
        if min(size_before, size_since) < _FEWEST:
            continue
        mean_before = sum(level.mean * level.size for level in before) / size_before
        mean_since = sum(level.mean * level.size for level in since) / size_since
        fell = mean_before - mean_since
        error = math.sqrt(feature.variance * feature.design_effect * (1 / size_before + 1 / size_since))
        if fell >= drop.drop / 2 and fell >= 2 * error:
            return release, fell
    return None
