"""Failed interactions."""

from __future__ import annotations

from tasks.domain.feature import Feature, Observation
from tasks.domain.finding import Finding
from tasks.domain.settings.monitors import Monitors
from tasks.domain.summary import WindowSummary
from tasks.domain.verdict import Verdict
from tasks.monitors.base import Moment, NotMeasured
from tasks.monitors.intervals import behind, share_interval
from tasks.monitors.reference import Reference, beyond_slow_changes
from tasks.monitors.shares import baseline_feature, objective_feature, observed, share_of, slow_changes_of_share


def _without_error(summary: WindowSummary) -> tuple[int, int]:
    return (0, 0) if summary.errors is None else (summary.rows - summary.errors, summary.rows)


class ErrorsMonitor:
    """The share of interactions that failed."""

    name = "errors"

    def features(self, settings: Monitors, reference: Reference | None, *, strict: bool) -> tuple[Feature, ...]:
        """Return the share without error, against the objective and the baseline."""
        features = [objective_feature(self.name, 1.0 - settings.errors.max_rate)]
        if reference is not None:
            margin = settings.errors.margin if strict else 0.0
            relative = baseline_feature("errors/rate", self.name, _without_error, reference, margin=margin)
            if relative:
                features += beyond_slow_changes(relative, slow_changes_of_share(_without_error, reference))
        return tuple(features)

    def observe(self, settings: Monitors, moment: Moment) -> dict[str, Observation]:  # noqa: ARG002 (the protocol's)
        """Return how many did not fail."""
        good, total = _without_error(moment.summary)
        if not total:
            return {}
        seen = {
            key: observed(good, total, moment.design_effects.get(key, 1.0))
            for key in ("errors/rate", "errors/sudden")
            if key == "errors/rate" or key in moment.design_effects
        }
        return {"errors/objective": seen["errors/rate"], **seen}

    def findings(self, settings: Monitors, moment: Moment) -> tuple[Finding, ...] | NotMeasured:
        """Return the rate with its interval beside objective and baseline."""
        good, total = _without_error(moment.summary)
        if not total:
            return NotMeasured(self.name, "the logs carry no error column")
        rate = 1 - good / total
        interval = share_interval(total - good, total)
        words = f"errors {rate:.1%} of {total}"
        objective = f"objective at most {settings.errors.max_rate:.1%}"
        metrics = {"errors/rate": rate}
        baseline = effect = None
        usual = share_of(moment.reference.windows, _without_error) if moment.reference else None
        if usual is not None:
            baseline, effect = 1 - usual, good / total - usual
            words += f", baseline {baseline:.1%}"
            metrics["errors/baseline"] = baseline
        return (
            Finding(
                monitor=self.name,
                verdict=Verdict.PASS,
                reason=f"{words}; {objective}",
                value=rate,
                interval=interval,
                baseline=baseline,
                effect=effect,
                metrics=metrics,
                objective=objective,
                behind=behind(
                    rate, interval, objective=settings.errors.max_rate, baseline=baseline, margin=settings.errors.margin
                ),
            ),
        )
