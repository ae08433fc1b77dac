"""What the service spends on its own model calls."""

from __future__ import annotations

from functools import partial

from tasks.domain.feature import Feature, Observation
from tasks.domain.finding import Finding
from tasks.domain.settings.monitors import Monitors
from tasks.domain.summary import ValueCounts, WindowSummary
from tasks.domain.verdict import Verdict
from tasks.monitors.base import Moment, NotMeasured
from tasks.monitors.columns import at_most, quantile
from tasks.monitors.reference import Reference
from tasks.monitors.shares import baseline_feature, observed


def _within(threshold: float, summary: WindowSummary) -> tuple[int, int]:
    return at_most(summary.columns.get("cost_usd", ValueCounts()), threshold)


class CostMonitor:
    """The day's known cost against a budget (plain arithmetic), and the share beyond the baseline's q95 (evidence)."""

    name = "cost"

    def features(self, settings: Monitors, reference: Reference | None, *, strict: bool) -> tuple[Feature, ...]:
        """Return the share within the baseline's 95th percentile of cost."""
        if reference is None or not reference.column("cost_usd").values:
            return ()
        counted = partial(_within, quantile(reference.column("cost_usd"), 0.95))
        margin = settings.cost.margin if strict else 0.0
        relative = baseline_feature("cost/q95", self.name, counted, reference, margin=margin, repeats=reference.repeats)
        return (relative,) if relative else ()

    def observe(self, settings: Monitors, moment: Moment) -> dict[str, Observation]:  # noqa: ARG002 (the protocol's)
        """Return how many cost no more than the baseline's 95th percentile."""
        if moment.reference is None or not moment.reference.column("cost_usd").values:
            return {}
        good, total = _within(quantile(moment.reference.column("cost_usd"), 0.95), moment.summary)
        if not total:
            return {}
        effect = max(moment.design_effects.get("cost/q95", 1.0), moment.repeats_among(total))
        return {"cost/q95": observed(good, total, effect)}

    def findings(self, settings: Monitors, moment: Moment) -> tuple[Finding, ...] | NotMeasured:
        """Return the day's known cost so far beside the budget."""
        summary = moment.summary
        if summary.cost_usd is None or moment.spent_today_usd is None:
            models = ", ".join(sorted(repr(model) for model in summary.unknown_models)[:3])
            why = (
                f"no price is known for {models}" if models else "the logs carry neither cost_usd nor model and tokens"
            )
            return NotMeasured(self.name, why)
        budget, spent = settings.cost.budget_per_day_usd, moment.spent_today_usd
        words = f"{spent:,.2f} of {budget:,.0f} USD today, {summary.cost_usd:,.4f} in this window"
        if summary.cost_unknown:
            words += f"; the cost of {summary.cost_unknown} of {summary.rows} interactions is not known"
        over = spent > budget
        return (
            Finding(
                monitor=self.name,
                verdict=(Verdict.FAIL if settings.cost.on_breach == "rollback" else Verdict.WARN)
                if over
                else Verdict.PASS,
                reason=("over budget: " if over else "") + words,
                value=spent,
                absolute=over,
                metrics={"cost/usd": summary.cost_usd, "cost/usd_today": spent},
            ),
        )
