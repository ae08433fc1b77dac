"""Features that are shares: so many of so many, in each window."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tasks.domain.feature import Boundary, Feature, Observation
from tasks.domain.summary import WindowSummary
from tasks.monitors.reference import Reference
from tasks.stats.slow_changes import SlowChanges

Counted = Callable[[WindowSummary], tuple[int, int]]
"""Gives (good ones, all) of a window; (0, 0) where it was not measured."""


def objective_feature(monitor: str, share: float) -> Feature:
    """Return the feature of a known acceptable share of good ones."""
    return Feature(
        key=f"{monitor}/objective", monitor=monitor, boundary=Boundary.OBJECTIVE, constant=share, two_level=True
    )


def baseline_feature(
    key: str, monitor: str, counted: Counted, reference: Reference, *, margin: float = 0.0, repeats: float = 1.0
) -> Feature | None:
    """Return the feature of a share against the baseline's own; None where the baseline has none."""
    seen = [(window, *counted(window)) for window in reference.windows]
    good = sum(successes for _, successes, _ in seen)
    total = sum(number for _, _, number in seen)
    if not total:
        return None
    mean = good / total
    counts = {id(window): (float(successes), number) for window, successes, number in seen}
    effect = reference.design_effect(lambda window: counts[id(window)], mean, mean * (1 - mean))
    if reference.by_hour:
        split = [
            (window.window_start.hour, value, number)
            for window, k, n in seen
            for value, number in ((1.0, k), (0.0, n - k))
        ]
        split = [(hour, value, number) for hour, value, number in split if number]
        values, numbers, strata = [v for _, v, _ in split], [n for _, _, n in split], [h for h, _, _ in split]
    else:
        values, numbers, strata = [1.0, 0.0], [good, total - good], []
    return Feature(
        key=key,
        monitor=monitor,
        boundary=Boundary.BASELINE,
        baseline=values,
        baseline_counts=numbers,
        strata=strata,
        margin=margin,
        design_effect=max(effect, repeats),
        two_level=True,
    )


def share_of(windows: Iterable[WindowSummary], counted: Counted) -> float | None:
    """Return the share of good ones over all windows; None where none was measured."""
    seen = [counted(window) for window in windows]
    total = sum(number for _, number in seen)
    return sum(good for good, _ in seen) / total if total else None


def slow_changes_of_share(counted: Counted, reference: Reference) -> SlowChanges:
    """Return how far a share of good ones wandered over the baseline without anybody's fault."""
    mean = share_of(reference.windows, counted) or 0.0

    def sums(window: WindowSummary) -> tuple[float, int]:
        good, total = counted(window)
        return float(good), total

    return reference.slow_changes(sums, mean, mean * (1 - mean))


def observed(good: int, total: int, design_effect: float = 1.0) -> Observation:
    """Return a share of one window as an observation."""
    return Observation((1.0, 0.0), (good, total - good), max(1.0, design_effect))
