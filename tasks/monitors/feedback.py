"""What users say."""

from __future__ import annotations

from tasks.domain.feature import Feature, Observation
from tasks.domain.finding import Finding
from tasks.domain.settings.monitors import Monitors
from tasks.domain.summary import WindowSummary
from tasks.domain.verdict import Verdict
from tasks.monitors.base import Moment, NotMeasured
from tasks.monitors.intervals import behind, share_interval
from tasks.monitors.reference import Reference
from tasks.monitors.shares import baseline_feature, observed, share_of


def _thumbs_up(summary: WindowSummary) -> tuple[int, int]:
    return summary.feedback_up, summary.feedback_answered


class FeedbackMonitor:
    """The share of thumbs up among those who answered, against the baseline; there is no objective."""

    name = "feedback"

    def features(self, settings: Monitors, reference: Reference | None, *, strict: bool) -> tuple[Feature, ...]:
        """Return the share of thumbs up against the baseline's."""
        if reference is None:
            return ()
        margin = settings.feedback.margin if strict else 0.0
        relative = baseline_feature("feedback/rate", self.name, _thumbs_up, reference, margin=margin)
        return (relative,) if relative else ()

    def observe(self, settings: Monitors, moment: Moment) -> dict[str, Observation]:  # noqa: ARG002 (the protocol's)
        """Return the thumbs of the window."""
        good, total = _thumbs_up(moment.summary)
        return (
            {"feedback/rate": observed(good, total, moment.design_effects.get("feedback/rate", 1.0))} if total else {}
        )

    def findings(self, settings: Monitors, moment: Moment) -> tuple[Finding, ...] | NotMeasured:
        """Return the share with its interval beside the baseline's."""
        good, total = _thumbs_up(moment.summary)
        if not total:
            return NotMeasured(self.name, "no user answered in this window")
        rate = good / total
        words = f"feedback {rate:.0%} up of {total} answers"
        baseline = share_of(moment.reference.windows, _thumbs_up) if moment.reference else None
        if baseline is not None:
            words += f", baseline {baseline:.0%}"
        interval = share_interval(good, total)
        return (
            Finding(
                monitor=self.name,
                verdict=Verdict.PASS,
                reason=words,
                value=rate,
                interval=interval,
                behind=behind(rate, interval, baseline=baseline, margin=settings.feedback.margin, high_is_good=True),
                baseline=baseline,
                effect=rate - baseline if baseline is not None else None,
                metrics={"feedback/positive_rate": rate},
            ),
        )
