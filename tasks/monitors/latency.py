"""How long users wait."""

from __future__ import annotations

from functools import partial

from tasks.domain.feature import Feature, Observation
from tasks.domain.finding import Finding
from tasks.domain.settings.monitors import Monitors
from tasks.domain.summary import ValueCounts, WindowSummary
from tasks.domain.verdict import Verdict
from tasks.monitors.base import Moment, NotMeasured
from tasks.monitors.columns import arrays, at_most, quantile
from tasks.monitors.intervals import behind, quantile_interval
from tasks.monitors.reference import Reference
from tasks.monitors.shares import baseline_feature, objective_feature, observed

_QUANTILES = {"latency/q50": 0.5, "latency/q95": 0.95}
_PERCENTILES = {"p50": "latency_ms/0.5", "p95": "latency_ms/0.95", "p99": "latency_ms/0.99"}


def _within(threshold: float, summary: WindowSummary) -> tuple[int, int]:
    return at_most(summary.columns.get("latency_ms", ValueCounts()), threshold)


class LatencyMonitor:
    """The 95th percentile against an objective, and the share beyond the baseline's median and 95th percentile."""

    name = "latency"

    def features(self, settings: Monitors, reference: Reference | None, *, strict: bool) -> tuple[Feature, ...]:
        """Return the share within the objective, and within the baseline's quantiles (whose shares are measured)."""
        features: list[Feature] = [objective_feature(self.name, 0.95)]
        if reference is not None and reference.column("latency_ms").values:
            for key, share in _QUANTILES.items():
                counted = partial(_within, quantile(reference.column("latency_ms"), share))
                margin = settings.latency.margin if strict else 0.0
                relative = baseline_feature(key, self.name, counted, reference, margin=margin)
                features += [relative] if relative else []
        return tuple(features)

    def observe(self, settings: Monitors, moment: Moment) -> dict[str, Observation]:
        """Return how many were within the objective and the baseline's quantiles."""
        good, total = _within(settings.latency.threshold_ms, moment.summary)
        if not total:
            return {}
        effects = moment.design_effects
        seen = {"latency/objective": observed(good, total, effects.get("latency/q95", 1.0))}
        if moment.reference is not None and moment.reference.column("latency_ms").values:
            for key, share in _QUANTILES.items():
                good, total = _within(quantile(moment.reference.column("latency_ms"), share), moment.summary)
                seen[key] = observed(good, total, effects.get(key, 1.0))
        return seen

    def findings(self, settings: Monitors, moment: Moment) -> tuple[Finding, ...] | NotMeasured:
        """Return the 95th percentile with its interval beside objective and baseline."""
        column = moment.summary.columns.get("latency_ms", ValueCounts())
        if not column.values:
            return NotMeasured(self.name, "the logs carry no latency_ms column")
        known = moment.summary.percentiles
        level = {name: known.get(key, quantile(column, float(key.split("/")[1]))) for name, key in _PERCENTILES.items()}
        interval = quantile_interval(arrays(column), 0.95)
        words = f"p95 {level['p95']:,.0f} ms"
        baseline = effect = None
        if moment.reference is not None and moment.reference.column("latency_ms").values:
            baseline = quantile(moment.reference.column("latency_ms"), 0.95)
            effect = baseline - level["p95"]
            words += f", baseline {baseline:,.0f} ms"
        objective = f"objective at most {settings.latency.threshold_ms:,.0f} ms"
        # The margin is one of shares; of milliseconds it is taken as that part of the baseline's.
        margin = settings.latency.margin * (baseline or 0.0)
        metrics = {f"latency/{name}_ms": value for name, value in level.items()}
        return (
            Finding(
                monitor=self.name,
                verdict=Verdict.PASS,
                reason=f"{words}; {objective}",
                value=level["p95"],
                interval=interval,
                baseline=baseline,
                effect=effect,
                metrics=metrics | ({"latency/baseline_p95_ms": baseline} if baseline is not None else {}),
                objective=objective,
                behind=behind(
                    level["p95"], interval, objective=settings.latency.threshold_ms, baseline=baseline, margin=margin
                ),
            ),
        )
