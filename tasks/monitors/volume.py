"""How much traffic there is."""

from __future__ import annotations

from statistics import median

from tasks.domain.finding import Finding
from tasks.domain.settings.monitors import Monitors
from tasks.domain.verdict import Verdict
from tasks.monitors.base import Moment, NotMeasured
from tasks.monitors.watching import Watching

_WINDOWS_NEEDED = 5
"""Fewer baseline windows of an hour say nothing of what is usual in it."""

_ROWS_THAT_MATTER = 20
"""A swing below this many rows is chance."""


class VolumeMonitor(Watching):
    """The service's traffic against what is usual at this hour; bursts of traffic are no release's fault."""

    name = "volume"

    def findings(self, settings: Monitors, moment: Moment) -> tuple[Finding, ...] | NotMeasured:
        """Warn when the traffic lies far outside everything the baseline saw around this hour."""
        rows = moment.service_rows
        metrics = {"volume/interactions": float(moment.summary.rows)}
        usual = self._around(moment)
        if len(usual) < _WINDOWS_NEEDED:
            reason = f"{rows} interactions; no baseline yet of what is usual at this hour"
            return (
                Finding(monitor=self.name, verdict=Verdict.PASS, reason=reason, value=float(rows), metrics=metrics),
            )
        middle, low, high = median(usual), min(usual), max(usual)
        factor = settings.volume.factor
        much = rows > factor * high and rows - high >= _ROWS_THAT_MATTER
        little = rows < low / factor and low - rows >= _ROWS_THAT_MATTER
        words = f"{rows} interactions, usual at this hour {middle:g} ({low}–{high})"
        verdict = Verdict.WARN if much or little else Verdict.PASS
        reason = (f"far {'above' if much else 'below'} the usual: " if verdict is Verdict.WARN else "") + words
        return (
            Finding(
                monitor=self.name,
                verdict=verdict,
                reason=reason,
                value=float(rows),
                baseline=float(middle),
                metrics=metrics,
            ),
        )

    def _around(self, moment: Moment) -> list[int]:
        """Rows of the baseline's windows within an hour of this one's hour of the day."""
        if moment.reference is None:
            return []
        hour = moment.summary.window_start.hour
        by_hour = moment.reference.rows_per_window
        return [rows for near in ((hour - 1) % 24, hour, (hour + 1) % 24) for rows in by_hour.get(near, [])]
