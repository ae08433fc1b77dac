"""What a sample can show: when a drop shows, which drop shows within a day, what a baseline never shows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

from tasks.decisions.lines import own_line
from tasks.decisions.trial import Trial
from tasks.domain.feature import Feature
from tasks.stats.power import detectable_drop, interactions_needed

_DAY = timedelta(days=1)
_DROPS = (0.05, 0.02, 0.01)
"""What people ask for: a drop that users notice, the usual margin, and half of it."""

_LONGEST = timedelta(days=28)
"""What takes longer is said not to show at all: few releases serve as long, and baselines are no longer."""

_NEVER = 1e5
"""Windows; years at the shortest length."""


def windows_until(trial: Trial, monitor: str, drop: float, per_window: float) -> float:
    """Return about how many windows a drop takes to show at this many interactions a window; infinite: it never does.

    Args:
        trial: The detectors and lines.
        monitor: Whose.
        drop: Fall of the mean, in the feature's unit.
        per_window: Interactions a window.
    """
    found = math.inf
    for feature, line in _compared(trial, monitor):
        beyond = drop - feature.margin
        if beyond > 0 and per_window > 0:
            size, sd = feature.baseline_size / feature.design_effect, math.sqrt(feature.variance)
            needed = interactions_needed(beyond, sd, 1.0, line, size)
            found = min(found, needed * _window_effect(feature) / per_window)
    return max(1.0, found)


def shows_within_a_day(trial: Trial, monitor: str, per_window: float) -> float | None:
    """Return the smallest drop that shows within a day at so many interactions a window; None where none would."""
    found = []
    for feature, line in _compared(trial, monitor):
        if per_window > 0:
            size, sd = feature.baseline_size / feature.design_effect, math.sqrt(feature.variance)
            windows = max(1.0, _DAY / trial.lines.length)
            telling = per_window / _window_effect(feature)
            found.append(feature.margin + detectable_drop(telling, sd, windows, line, size))
    smallest = min(found, default=math.inf)
    return smallest if smallest < 1 else None


def power_words(trial: Trial, per_window: float) -> str:
    """Say after how long which drop of quality would show at this sample; empty where there is no comparison.

    Args:
        trial: The detectors and lines.
        per_window: Judged interactions of the window.
    """
    found = _times(trial, per_window)
    if not found:
        return ""
    if found[0][1] > _LONGEST:
        return f"At this sample a drop of {_DROPS[0]:g} or less does not show at all."
    words = [f"{drop:g} " + (f"in about {_span(time)}" if time <= _LONGEST else "not at all") for drop, time in found]
    return f"At this sample a drop of {words[0].replace(' in', ' shows in', 1)}, {', '.join(words[1:])}."


def power_note(trial: Trial, monitor: str, margin: float, per_window: float) -> str | None:
    """Return "power: ..." when the baseline can never show a drop of twice the margin, with what is missing.

    Where nothing of what `power_words` speaks of shows either, it says that too.

    Args:
        trial: The detectors and lines.
        monitor: Whose.
        margin: The smallest drop that matters, in the feature's unit.
        per_window: Judged interactions of the window.
    """
    wanted = [
        (interactions_needed(beyond, math.sqrt(feature.variance), 1.0, line, math.inf) * feature.design_effect, feature)
        for feature, line in _compared(trial, monitor)
        if (beyond := 2 * margin - feature.margin) > 0
    ]
    if not wanted:
        return None
    number, feature = min(wanted, key=lambda one: one[0] / one[1].baseline_size)
    if number <= feature.baseline_size:
        return None
    if nothing_shows(trial, per_window):
        unseen = f"power: drops up to {_DROPS[0]:g} cannot be seen yet"
        return f"{unseen}; {number:,.0f} baseline scores would show {2 * margin:g}"
    scores = f"the baseline's {feature.baseline_size:,} scores"
    return f"power: {scores} never show a drop of {2 * margin:g}; that takes {number:,.0f}"


def nothing_shows(trial: Trial, per_window: float) -> bool:
    """Whether not even the largest drop that is spoken of shows at this sample."""
    found = _times(trial, per_window)
    return bool(found) and found[0][1] > _LONGEST


def _times(trial: Trial, per_window: float) -> list[tuple[float, timedelta]]:
    """Return (drop, how long it takes to show) of quality, the largest first; none where there is no comparison."""
    if per_window <= 0 or not any(True for _ in _compared(trial, "quality")):
        return []
    needed = {drop: min(windows_until(trial, "quality", drop, per_window), _NEVER) for drop in _DROPS}
    return [(drop, windows * trial.lines.length) for drop, windows in needed.items()]


def _compared(trial: Trial, monitor: str) -> Iterator[tuple[Feature, float]]:
    """Yield the features that the monitor's evidence is made of, each with the line it crosses alone."""
    rolls = trial.rolls_back(monitor)
    weight = (trial.rollback_weights if rolls else trial.warn_weights).get(monitor)
    features = [f for f in trial.features.values() if f.monitor == monitor and trial.speaks(f)]
    if weight:
        line = own_line(trial.lines.rollback if rolls else trial.lines.warn, weight / len(features))
        yield from ((feature, line) for feature in features)


def _window_effect(feature: Feature) -> float:
    return feature.design_effect if feature.window_effect is None else feature.window_effect


def _span(time: timedelta) -> str:
    """Return a time in words: minutes below an hour, hours for up to three days, then days."""
    hours = time / timedelta(hours=1)
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
