"""How far a monitor has been below its objective, over the windows since it is: what a breach is told by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tasks.decisions.drop import Level
from tasks.domain.feature import Feature
from tasks.stats.edetector import change_point

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A feature's mean since it lies below its objective.

    Attributes:
        monitor: Whose feature it is.
        windows: How many windows with values there are since.
        since: Start of the first of them.
        level: The mean over them, low is bad.
        interval: Its 95 % interval; None where too few windows tell, or where the objective lies within.
    """

    monitor: str
    windows: int
    since: datetime
    level: float
    interval: tuple[float, float] | None

    @property
    def words(self) -> str:
        """Mean, interval and windows, in the monitor's own direction.

        >>> start = datetime(2026, 6, 13, 6)
        >>> Shortfall(monitor="quality", windows=12, since=start, level=0.31, interval=(0.27, 0.35)).words
        '0.31 (0.27–0.35) over the 12 windows since 06-13 06:00Z'
        >>> Shortfall(monitor="errors", windows=1, since=start, level=0.88, interval=None).words
        '12% over the window from 06-13 06:00Z'
        """
        ends = [self.level, *(self.interval or ())]
        if self.monitor in {"toxicity", "errors"}:
            ends = [1 - ends[0], *reversed([1 - end for end in ends[1:]])]
        told = [f"{end:.2f}" if self.monitor in {"quality", "toxicity"} else f"{end:.0%}" for end in ends]
        interval = f" ({told[1]}–{told[2]})" if self.interval else ""
        within = " within the objective" if self.monitor == "latency" else ""
        which = f"the {self.windows} windows since" if self.windows > 1 else "the window from"
        return f"{told[0]}{within}{interval} over {which} {self.since:%m-%d %H:%M}Z"


def estimate_shortfall(objective: Feature, relative: Feature | None, levels: Sequence[Level]) -> Shortfall | None:
    """Estimate since when a feature lies below its objective, and how far; None without any level.

    The change point maximizes (objective − mean since) · √N over starts. The interval takes the variance of a share at
    its mean, else the baseline's tempered by its design effect, else the scatter between windows.

    Args:
        objective: The feature with its constant.
        relative: The same scores held against the baseline, where there is one.
        levels: Its means, oldest first.
    """
    told = [level for level in levels if level.size > 0]
    if not told:
        return None
    found = change_point([level.mean for level in told], [level.size for level in told], objective.constant)
    since = told[found.start_index :]
    level = objective.constant - found.drop
    if objective.two_level:
        error = math.sqrt(max(level * (1 - level), 0.0) / found.size)
    elif relative is not None:
        error = math.sqrt(relative.variance * relative.design_effect / found.size)
    else:
        error = found.standard_error
    low, high = max(0.0, level - _Z * error), min(1.0, level + _Z * error)
    # What crossed a line far beyond two standard errors is not told by an interval that leaves it open.
    interval = (low, high) if high < objective.constant else None
    return Shortfall(
        monitor=objective.monitor, windows=len(since), since=since[0].start, level=level, interval=interval
    )
