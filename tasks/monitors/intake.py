"""Whether enough of the window's rows could be read."""

from __future__ import annotations

from tasks.domain.finding import Finding
from tasks.domain.settings.monitors import Monitors
from tasks.domain.verdict import Verdict
from tasks.monitors.base import Moment, NotMeasured
from tasks.monitors.watching import Watching, counted


class IntakeMonitor(Watching):
    """The logs, not the release: too many unusable rows leave the window undecided."""

    name = "intake"

    def findings(self, settings: Monitors, moment: Moment) -> tuple[Finding, ...] | NotMeasured:  # noqa: ARG002
        """Return nothing while few rows are unusable, else `inconclusive` with the causes counted."""
        summary = moment.summary
        bad = sum(summary.quarantined.values())
        share = bad / (bad + summary.rows) if bad else 0.0
        if share <= moment.max_quarantined:
            return ()
        causes = counted(summary.quarantined)
        allowed = f"({share:.0%}, allowed {moment.max_quarantined:.0%})"
        reason = f"{bad} of {bad + summary.rows} rows could not be used {allowed}: {causes}"
        metrics = {"volume/quarantined": float(bad)}
        return (Finding(monitor=self.name, verdict=Verdict.INCONCLUSIVE, reason=reason, value=share, metrics=metrics),)
