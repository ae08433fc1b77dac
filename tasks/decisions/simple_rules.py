"""What simple rules would have done on the same windows, for comparison: they alarm on every look, and look often."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, stdev

from tasks.stats.drift import TestResult, compare_numeric

_BASELINE_WINDOWS = 24
_SIGMAS, _IN_A_ROW = 3.0, 3
_ALPHA = 0.05
"""As people set such rules: a day by the hour, the control chart's three sigma, the test's 5 %."""


@dataclass(frozen=True, slots=True)
class Level:
    """Judged quality of one release in one window.

    Attributes:
        release: Which.
        end: End of the window.
        mean: Its mean.
        scores: The scores themselves; empty where only the mean is known.
    """

    release: str
    end: datetime
    mean: float
    scores: tuple[float, ...] = ()


Rule = Callable[[Sequence[Level], Sequence[Level]], list[Level]]
"""From a release's windows and those it is held against, in time order, to the windows that alarm."""


def alarms(levels: Sequence[Level], min_score: float) -> dict[str, list[Level]]:
    """Return by rule every window in which the rule would have rolled back, in time order.

    A release is held against the newest 24 windows of the one before; the first release against its own first 24.

    Args:
        levels: In time order, all releases. Where every one has scores, a test on them is among the rules.
        min_score: The objective below which the first rule acts.
    """
    rules: dict[str, Rule] = {
        f"mean below {min_score:g}": lambda own, _: [one for one in own if one.mean < min_score],
        f"{_SIGMAS:g} sigma, {_IN_A_ROW} times in a row": _sigmas,
    }
    if levels and all(one.scores for one in levels):
        rules[f"KS test at {_ALPHA:.0%}"] = _kolmogorov_smirnov
    releases = list(dict.fromkeys(one.release for one in levels))
    own = {name: [one for one in levels if one.release == name] for name in releases}
    against = {
        name: own[releases[at - 1]][-_BASELINE_WINDOWS:] if at else own[name][:_BASELINE_WINDOWS]
        for at, name in enumerate(releases)
    }
    return {
        rule: sorted((one for name in releases for one in alarm(own[name], against[name])), key=lambda one: one.end)
        for rule, alarm in rules.items()
    }


def first_alarms(levels: Sequence[Level], min_score: float) -> dict[str, Mapping[str, datetime | None]]:
    """Return by rule, for each release, the end of the first window in which the rule would have rolled back."""
    releases = list(dict.fromkeys(one.release for one in levels))
    return {
        rule: {name: next((one.end for one in found if one.release == name), None) for name in releases}
        for rule, found in alarms(levels, min_score).items()
    }


def _sigmas(own: Sequence[Level], reference: Sequence[Level]) -> list[Level]:
    """Alarm from the third window in a row on that lies further than three sigma below the reference."""
    means = [one.mean for one in reference]
    if len(means) < _IN_A_ROW:
        return []
    line = fmean(means) - _SIGMAS * stdev(means)
    found, below = [], 0
    for one in own:
        below = below + 1 if one.mean < line else 0
        if below >= _IN_A_ROW:
            found.append(one)
    return found


def _kolmogorov_smirnov(own: Sequence[Level], reference: Sequence[Level]) -> list[Level]:
    """Alarm where the window's scores differ from the reference's in any way, by the test on that window alone."""
    known = [score for one in reference for score in one.scores]
    if not known:
        return []
    return [one for one in own if one not in reference and _differs(known, one.scores)]


def _differs(reference: Sequence[float], current: Sequence[float]) -> bool:
    (test,) = compare_numeric(reference, current, tests=("ks",))
    return isinstance(test, TestResult) and test.p_value < _ALPHA
