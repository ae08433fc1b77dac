"""Whether columns are still distributed as in the baseline: evidence decides, statistics are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from tasks.domain.feature import Boundary, Feature, Observation
from tasks.domain.finding import Finding
from tasks.domain.settings.monitors import DriftColumn, Monitors
from tasks.domain.summary import ValueCounts, WindowSummary
from tasks.domain.verdict import Verdict
from tasks.monitors.base import Moment, NotMeasured
from tasks.monitors.columns import arrays, at_most, mid_ranks, value_counts
from tasks.monitors.drift_words import drift_words
from tasks.monitors.reference import Reference
from tasks.monitors.shares import baseline_feature, observed
from tasks.stats.drift import Distance, TestResult, adjusted, compare_numeric, effect_of

_SIDES = ("up", "down")


def column_of(summary: WindowSummary, name: str) -> ValueCounts:
    """Return a watched column of a window; `score` is the judged quality."""
    if name == "score":
        return (
            value_counts(np.asarray(summary.judged.quality, dtype=float)) if summary.judged.quality else ValueCounts()
        )
    return summary.columns.get(name, ValueCounts())


def _below(name: str, threshold: float, summary: WindowSummary) -> tuple[int, int]:
    return at_most(column_of(summary, name), threshold)


def _above(name: str, threshold: float, summary: WindowSummary) -> tuple[int, int]:
    below, total = _below(name, threshold, summary)
    return total - below, total


def _repeating(name: str) -> bool:
    """Whether the column follows from the content, so that a repeated content is no new evidence."""
    return name != "latency_ms"


class DriftMonitor:
    """Each watched column's distribution against the baseline's, in both directions.

    Bets on mid-ranks under the baseline (a shift of the whole) and on the shares within five baseline quantiles
    (a change of shape); a shift of a share below the tolerance does not count.
    """

    name = "drift"

    def features(self, settings: Monitors, reference: Reference | None, *, strict: bool) -> tuple[Feature, ...]:  # noqa: ARG002
        """Return up to twelve features a column: mid-ranks and the shares within five baseline quantiles, both ways."""
        if reference is None:
            return ()
        return tuple(
            feature
            for column in settings.drift.columns
            for feature in self._of_column(settings.drift.tolerance, reference, column)
        )

    def _of_column(self, tolerance: float, reference: Reference, name: str) -> list[Feature]:
        known = reference.column(name)
        if len(known.values) < 2:
            return []
        repeats = reference.repeats if _repeating(name) else 1.0
        features = self._mid_rank_features(tolerance, reference, name, known, repeats)
        for share, threshold in reference.cuts(name).items():
            for side, counted in zip(_SIDES, (_below, _above), strict=True):
                feature = baseline_feature(
                    f"drift/{name}/q{share:g}/{side}",
                    f"drift/{name}",
                    partial(counted, name, threshold),
                    reference,
                    margin=tolerance,
                    repeats=repeats,
                )
                features += [feature] if feature else []
        return features

    def _mid_rank_features(
        self, tolerance: float, reference: Reference, name: str, known: ValueCounts, repeats: float
    ) -> list[Feature]:
        values, counts = arrays(known)
        ranks = mid_ranks(known, values)
        mean, size = 0.5, int(counts.sum())

        def sums(summary: WindowSummary) -> tuple[float, int]:
            seen, number = arrays(column_of(summary, name))
            return (float(mid_ranks(known, seen) @ number), int(number.sum())) if seen.size else (0.0, 0)

        variance = float(((ranks - mean) ** 2) @ counts / size)
        effect = max(repeats, reference.design_effect(sums, mean, variance))
        return [
            Feature(
                key=f"drift/{name}/rank/{side}",
                monitor=f"drift/{name}",
                boundary=Boundary.BASELINE,
                baseline=oriented.tolist(),
                baseline_counts=counts.tolist(),
                margin=tolerance,
                design_effect=effect,
            )
            for side, oriented in zip(_SIDES, (1.0 - ranks, ranks), strict=True)
        ]

    def observe(self, settings: Monitors, moment: Moment) -> dict[str, Observation]:
        """Return mid-ranks and shares of the window under the baseline."""
        if moment.reference is None:
            return {}
        seen: dict[str, Observation] = {}
        for name in settings.drift.columns:
            current, known = column_of(moment.summary, name), moment.reference.column(name)
            if not current.values or len(known.values) < 2 or (name == "score" and not moment.judged_enough):
                continue
            values, counts = arrays(current)
            ranks, total = mid_ranks(known, values), int(counts.sum())
            repeats = (moment.repeats if name == "score" else moment.repeats_among(total)) if _repeating(name) else 1.0
            effects = moment.design_effects
            for side, oriented in zip(_SIDES, (1.0 - ranks, ranks), strict=True):
                key = f"drift/{name}/rank/{side}"
                seen[key] = Observation(oriented.tolist(), counts.tolist(), max(effects.get(key, 1.0), repeats))
            for share, threshold in moment.reference.cuts(name).items():
                below = int(counts[values <= threshold].sum())
                for side, good in zip(_SIDES, (below, total - below), strict=True):
                    key = f"drift/{name}/q{share:g}/{side}"
                    seen[key] = observed(good, total, max(effects.get(key, 1.0), repeats))
        return seen

    def findings(self, settings: Monitors, moment: Moment) -> tuple[Finding, ...] | NotMeasured:
        """Return one finding a column and statistic, for people to read."""
        if moment.reference is None:
            return NotMeasured(self.name, "there is no baseline yet")
        if not moment.statistics:
            return ()
        outcomes: dict[DriftColumn, tuple[TestResult | Distance, ...]] = {}
        for name in settings.drift.columns:
            current = column_of(moment.summary, name)
            if current.values and len(moment.reference.column(name).values) >= 2:
                seen = np.repeat(*arrays(current))
                outcomes[name] = compare_numeric(moment.reference.summary(name), seen, settings.drift.statistics)
        chances = _chances(outcomes)
        found = [
            _finding(
                name,
                outcome,
                chances.get((name, outcome.name)),
                len(outcomes),
                moment,
                moment.reference.column(name),
            )
            for name, of_column in outcomes.items()
            for outcome in of_column
        ]
        return tuple(found) or NotMeasured(
            self.name, "none of the watched columns is in both the window and the baseline"
        )


def _chances(outcomes: Mapping[DriftColumn, Sequence[TestResult | Distance]]) -> dict[tuple[str, str], float]:
    """Return p-values by (column, test), of each test adjusted over the columns."""
    by_test: dict[str, dict[str, float]] = {}
    for name, of_column in outcomes.items():
        for outcome in of_column:
            if isinstance(outcome, TestResult):
                by_test.setdefault(outcome.name, {})[name] = outcome.p_value
    return {(name, test): chance for test, p_values in by_test.items() for name, chance in adjusted(p_values).items()}


def _finding(
    name: DriftColumn,
    outcome: TestResult | Distance,
    chance: float | None,
    columns: int,
    moment: Moment,
    usual: ValueCounts,
) -> Finding:
    """Return one number with what it says."""
    value = float(outcome.statistic if isinstance(outcome, TestResult) else outcome.value)
    return Finding(
        monitor=f"drift/{name}/{outcome.name}",
        verdict=Verdict.PASS,
        reason=drift_words(name, outcome, chance, columns, column_of(moment.summary, name), usual),
        value=value,
        effect=-abs(effect_of(outcome)),
        metrics={f"drift/{name}/{outcome.name}": value},
    )
