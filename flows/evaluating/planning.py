"""Which windows a run evaluates: those asked for, or those since the last one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.domain.errors import SettingsError
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.policy import Policy
from tasks.domain.window import Window, aware_utc, ceil, floor, parse_delay, windows_between

BATCH = 168
"""Windows pulled in one pass over the logs: a week of hours, some 100 MB of sampled text at most."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The windows of a run, in time order.

    Attributes:
        windows: All of them.
        asked: Whether start and end were given, rather than found from what was evaluated last.
    """

    windows: tuple[Window, ...]
    asked: bool

    @property
    def start(self) -> datetime:
        """Where the first window starts."""
        return self.windows[0].start

    @property
    def end(self) -> datetime:
        """Where the last window ends."""
        return self.windows[-1].end

    def batches(self) -> list[Sequence[Window]]:
        """Return the windows in batches that are pulled, judged and decided together."""
        return [self.windows[at : at + BATCH] for at in range(0, len(self.windows), BATCH)]


def plan(
    logs: LogSource,
    policy: Policy,
    length: timedelta,
    *,
    start: datetime | None,
    end: datetime | None,
    last_evaluated: datetime | None,
    oldest_open: datetime | None,
    now: datetime,
) -> Plan:
    """Return the windows to look at.

    A given end that lies inside a window takes that window in if it is over by now, a given start likewise.

    Args:
        logs: For its settle delay.
        policy: For how far a run catches up.
        length: Length of a window.
        start: Asked for, or None: after the last window evaluated, at most `max_catch_up` windows back.
        end: Asked for, or None: now minus the settle delay.
        last_evaluated: End of the last window evaluated.
        oldest_open: Start of the oldest window that is to be tried again.
        now: The time.

    Raises:
        SettingsError: when start or end is naive, or start is not before end.
    """
    settled = floor(now - parse_delay(logs.settle), length)
    until = settled if end is None else min(ceil(aware_utc(end, "end"), length), floor(now, length))
    if start is not None:
        since = aware_utc(start, "start")
        if end is not None and since >= aware_utc(end, "end"):
            raise SettingsError(
                f"start {since.isoformat()} is not before end {aware_utc(end, 'end').isoformat()}; swap or widen them"
            )
        since = floor(since, length)
    else:
        oldest = until - policy.max_catch_up * length
        since = max(oldest, last_evaluated) if last_evaluated is not None else oldest
        since = min(since, oldest_open) if oldest_open is not None else since
    return Plan(tuple(windows_between(since, until, length)), asked=start is not None or end is not None)
