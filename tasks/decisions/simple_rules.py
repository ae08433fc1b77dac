"""What simple rules would have done on the same windows, for comparison: they alarm on every look, and look often."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, stdev

_BASELINE_WINDOWS = 24
_SIGMAS = 3.0
_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Level:
    """Mean judged quality of one release in one window.

    Attributes:
        release: Which.
        end: End of the window.
        mean: Its mean.
    """

    release: str
    end: datetime
    mean: float


def first_alarms(levels: Sequence[Level], min_score: float) -> dict[str, Mapping[str, datetime | None]]:
    """Return by rule, for each release, the end of the first window in which the rule would have rolled back.

    Args:
        levels: In time order, all releases.
        min_score: The objective below which the first rule acts.
    """
    rules: dict[str, Callable[[Sequence[Level], Sequence[Level]], datetime | None]] = {
        f"mean below {min_score:g}": lambda own, _: next((one.end for one in own if one.mean < min_score), None),
        f"{_SIGMAS:g} sigma, {_IN_A_ROW} times in a row": _sigmas,
    }
    releases = list(dict.fromkeys(one.release for one in levels))
    own = {name: [one for one in levels if one.release == name] for name in releases}
    return {
        rule: {name: alarm(own[name], own[releases[at - 1]] if at else own[name]) for at, name in enumerate(releases)}
        for rule, alarm in rules.items()
    }


def _sigmas(own: Sequence[Level], before: Sequence[Level]) -> datetime | None:
    """Alarm at the third window in a row further than three sigma below the newest windows of the release before."""
    reference = [one.mean for one in (before[:_BASELINE_WINDOWS] if before is own else before[-_BASELINE_WINDOWS:])]
    if len(reference) < _IN_A_ROW:
        return None
    line = fmean(reference) - _SIGMAS * stdev(reference)
    below = 0
    for one in own:
        below = below + 1 if one.mean < line else 0
        if below == _IN_A_ROW:
            return one.end
    return None
