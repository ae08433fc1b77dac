"""Quality and toxicity: what the judge scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks.domain.feature import Boundary, Feature, Observation
from tasks.domain.finding import Finding
from tasks.domain.settings.monitors import Monitors, QualityMonitor, ToxicityMonitor
from tasks.domain.summary import WindowSummary
from tasks.domain.verdict import Verdict
from tasks.monitors.base import Moment, NotMeasured
from tasks.monitors.columns import value_counts
from tasks.monitors.intervals import behind, mean_interval
from tasks.monitors.reference import Reference, beyond_slow_changes
from tasks.monitors.segments import within_segments

_NO_SCALE = (
    "word overlap, no LLM, has no absolute scale: set monitors.quality.min_score to what is usual here, or name a judge"
)


@dataclass(frozen=True, slots=True)
class JudgedMonitor:
    """The mean of one judged score, against an objective and against the baseline.

    Attributes:
        name: `quality` or `toxicity`.
        high_is_good: Whether 1 is the best score.
    """

    name: str
    high_is_good: bool

    def _settings(self, settings: Monitors) -> QualityMonitor | ToxicityMonitor:
        return settings.quality if self.high_is_good else settings.toxicity

    def _objective(self, settings: Monitors) -> float:
        return settings.quality.min_score if self.high_is_good else settings.toxicity.threshold

    def _scores(self, summary: WindowSummary) -> Sequence[float]:
        return summary.judged.quality if self.high_is_good else summary.judged.toxicity

    def _oriented(self, scores: Sequence[float] | np.ndarray) -> np.ndarray:
        values = np.asarray(scores, dtype=float)
        return values if self.high_is_good else 1.0 - values

    def features(self, settings: Monitors, reference: Reference | None, *, strict: bool) -> tuple[Feature, ...]:
        """Return the objective's feature, and the baseline's once there is one."""
        objective = self._objective(settings)
        absolute = Feature(
            key=f"{self.name}/objective",
            monitor=self.name,
            boundary=Boundary.OBJECTIVE,
            constant=objective if self.high_is_good else 1.0 - objective,
            needs_judge=True,
        )
        if reference is None or not reference.scored:
            return (absolute,)
        scores = self._oriented(reference.quality if self.high_is_good else reference.toxicity)
        shape = (
            lambda window: (float(self._oriented(self._scores(window)).sum()), window.scored),
            float(scores.mean()),
            float(scores.var()),
        )
        values, counts, strata = self._baseline(reference, scores)
        relative = Feature(
            key=f"{self.name}/mean",
            monitor=self.name,
            boundary=Boundary.BASELINE,
            baseline=values,
            baseline_counts=counts,
            strata=strata,
            margin=self._settings(settings).margin if strict else 0.0,
            design_effect=max(reference.design_effect(*shape), reference.repeats),
            needs_judge=True,
        )
        within = self._within_segments(reference)
        return absolute, *beyond_slow_changes(relative, reference.slow_changes(*shape)), *within

    def _within_segments(self, reference: Reference) -> tuple[Feature, ...]:
        """Return what is asked when the inputs changed: the scores within known segments; none where none are known."""
        means = reference.segment_means(self.name)
        if not means:
            return ()
        by_window = {id(window): self._residuals(window, means) for window in reference.windows}
        residuals = np.concatenate(list(by_window.values()))
        effect = reference.design_effect(
            lambda window: (float(by_window[id(window)].sum()), by_window[id(window)].size),
            float(residuals.mean()),
            float(residuals.var()),
        )
        column = value_counts(residuals)
        return (
            Feature(
                key=f"{self.name}/segments",
                monitor=self.name,
                boundary=Boundary.BASELINE,
                baseline=column.values,
                baseline_counts=column.counts,
                design_effect=max(effect, reference.repeats),
                needs_judge=True,
                reserve=True,
            ),
        )

    def _residuals(self, summary: WindowSummary, means: dict[str, float]) -> np.ndarray:
        residuals = within_segments(summary, self.name, means)
        return residuals if self.high_is_good else 1.0 - residuals

    def _baseline(self, reference: Reference, scores: np.ndarray) -> tuple[list[float], list[int], list[int]]:
        """Return (distinct values, counts, hours of the day); no hours where the baseline is too short for them."""
        if not reference.by_hour:
            column = value_counts(scores)
            return column.values, column.counts, []
        hours = np.concatenate([np.full(window.scored, window.window_start.hour) for window in reference.windows])
        pairs, counts = np.unique(np.stack([hours, scores]), axis=1, return_counts=True)
        return pairs[1].tolist(), counts.tolist(), pairs[0].astype(int).tolist()

    def observe(self, settings: Monitors, moment: Moment) -> dict[str, Observation]:  # noqa: ARG002 (the protocol's)
        """Return the window's scores, if the judge scored enough of the sample."""
        if not moment.judged_enough:
            return {}
        scores = value_counts(self._oriented(self._scores(moment.summary)))
        effects = {
            key: max(moment.design_effects.get(key, 1.0), moment.repeats)
            for key in (f"{self.name}/mean", f"{self.name}/sudden")
            if key.endswith("/mean") or key in moment.design_effects
        }
        seen = {key: Observation(scores.values, scores.counts, effect) for key, effect in effects.items()}
        means = moment.reference.segment_means(self.name) if moment.reference else {}
        residuals = self._residuals(moment.summary, means) if means else np.empty(0)
        if residuals.size:
            key, column = f"{self.name}/segments", value_counts(residuals)
            effect = max(moment.design_effects.get(key, 1.0), moment.repeats)
            seen[key] = Observation(column.values, column.counts, effect)
        return {f"{self.name}/objective": seen[f"{self.name}/mean"], **seen}

    def findings(self, settings: Monitors, moment: Moment) -> tuple[Finding, ...] | NotMeasured:
        """Return the mean with its interval beside objective and baseline; inconclusive below the coverage floor."""
        summary = moment.summary
        scores = np.asarray(self._scores(summary), dtype=float)
        if not scores.size:
            why = f"{self.name} undecided: nothing was scored"
            return (Finding(monitor=self.name, verdict=Verdict.INCONCLUSIVE, reason=why),)
        mean, sd = float(scores.mean()), float(scores.std())
        interval = mean_interval(mean, sd, scores.size, moment.repeats)
        metrics = {f"{self.name}/mean": mean, f"{self.name}/coverage": summary.coverage}
        if interval:
            metrics |= {f"{self.name}/ci_low": interval[0], f"{self.name}/ci_high": interval[1]}
        words = f"{self.name} {mean:.2f}" + (f" ({interval[0]:.2f}–{interval[1]:.2f})" if interval else "")
        baseline = effect = None
        if moment.reference is not None and moment.reference.scored:
            baseline = float(np.mean(moment.reference.quality if self.high_is_good else moment.reference.toxicity))
            effect = mean - baseline if self.high_is_good else baseline - mean
            metrics[f"{self.name}/baseline"] = baseline
            words += f", baseline {baseline:.2f}"
        demanded = self._objective(settings)
        objective = f"objective {'at least' if self.high_is_good else 'at most'} {demanded:g}"
        words += f"; {objective}"
        verdict = Verdict.PASS if moment.judged_enough else Verdict.INCONCLUSIVE
        if verdict is Verdict.INCONCLUSIVE:
            why = "the judge moved" if summary.judge.moved else f"{summary.scored} of {summary.sampled} scored"
            words = f"{self.name} undecided: {why}, {words}"
        return (
            Finding(
                monitor=self.name,
                verdict=verdict,
                reason=words,
                value=mean,
                interval=interval,
                baseline=baseline,
                effect=effect,
                metrics=metrics,
                objective=objective,
                behind=behind(
                    mean,
                    interval,
                    objective=demanded,
                    baseline=baseline,
                    margin=self._settings(settings).margin,
                    high_is_good=self.high_is_good,
                ),
                advice=_NO_SCALE if self.high_is_good and summary.judge.provider == "heuristic" else "",
            ),
        )
