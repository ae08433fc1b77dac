"""One release on trial: brings its baseline, monitors and decisions together, window by window.

Pure but for reading summaries through the recall it is given, so that a backtest replays the very same code.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flows.evaluating.rules import Rules, Surroundings
from tasks.decisions.baseline import BaselineChoice
from tasks.decisions.circumstances import Circumstances
from tasks.decisions.decide import Decision, decide
from tasks.decisions.drop import Level
from tasks.decisions.lines import levels, margins
from tasks.decisions.power import nothing_shows, power_note, power_words
from tasks.decisions.trial import Trial, TrialState
from tasks.decisions.wording import not_yet, verdict_text
from tasks.domain.evaluation import Evaluation, Lines, TimelinePoint
from tasks.domain.feature import Boundary, Observation
from tasks.domain.finding import Finding
from tasks.domain.judge_shift import JudgeShift
from tasks.domain.judgment import Judged
from tasks.domain.summary import WindowSummary
from tasks.domain.verdict import Verdict
from tasks.domain.window import Window
from tasks.monitors import catalog
from tasks.monitors.base import Moment
from tasks.monitors.reference import Reference
from tasks.monitors.repeats import Repeats

JUDGED = frozenset({"quality", "toxicity"})
"""Monitors that rest on the judge's word."""

FIRST = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""Before every window."""


class ReleaseOnTrial:
    """One release, its baseline and the evidence so far.

    Args:
        release: Its name.
        rules: Settings of the run.
        baseline: What it is compared with.
        reference: The baseline's windows; none while the baseline fills.
        since: Start of its stay: what was found before counts no more.
    """

    def __init__(
        self,
        release: str,
        rules: Rules,
        baseline: BaselineChoice,
        reference: Sequence[WindowSummary],
        *,
        since: datetime = FIRST,
    ) -> None:
        self.release = release
        self.since = since
        self.rules = rules
        self.baseline = baseline
        self.reference = Reference(reference, baseline.release, own=baseline.own) if reference else None
        features = catalog.features(rules.monitors, self.reference, strict=rules.policy.strict)
        self.trial = Trial(features, levels(rules.monitors), rules.lines)
        self._design_effects = {
            feature.key: feature.design_effect if feature.window_effect is None else feature.window_effect
            for feature in features
            if feature.boundary is Boundary.BASELINE
        }
        self.state: TrialState = self.trial.start()
        self.levels: dict[str, list[Level]] = {}
        self.timeline: list[TimelinePoint] = []
        self.repeats = Repeats()
        self._compares_from = baseline.windows[-1].end if baseline.own and baseline.windows else FIRST

    def resume(self, state: TrialState, levels: dict[str, list[Level]], timeline: list[TimelinePoint]) -> None:
        """Go on from what was kept of earlier windows."""
        self.state, self.levels, self.timeline = state, levels, timeline

    def carry_over(self, earlier: ReleaseOnTrial) -> None:
        """Take over what does not depend on the baseline from the trial before the baseline was complete."""
        known = earlier.state
        objectives = {key for key, feature in self.trial.features.items() if feature.boundary is Boundary.OBJECTIVE}
        warn = {
            key: known.warn[key] if key in objectives and key in known.warn else state
            for key, state in self.state.warn.items()
        }
        self.state = replace(self.state, warn=warn, incidents=known.incidents, failure=known.failure)
        self.timeline, self.repeats = earlier.timeline, earlier.repeats

    def take(
        self,
        summary: WindowSummary,
        around: Surroundings,
        *,
        judged: tuple[Judged, ...] = (),
        statistics: bool = True,
        confirm: Callable[[WindowSummary], WindowSummary] | None = None,
    ) -> Evaluation:
        """Take in one more window and decide it.

        Args:
            summary: What was counted.
            around: What the service knows beside the release.
            judged: The sample, for tables.
            statistics: Whether the statistics that people read are computed.
            confirm: Judges the anchors again before a fail on judged metrics counts, and returns the summary with what
                they showed; None: what the summary says counts.
        """
        window = Window(summary.window_start, summary.window_end)
        repeats = max(1.0, self.repeats.add(summary.judged.content))
        decision, missing = self._decide(summary, around, repeats, None, statistics=statistics)
        if self._fails_by_the_judge(decision):
            summary = confirm(summary) if confirm else summary
            if summary.judge.shift is not None:
                self._forget_levels(window)
                decision, missing = self._decide(summary, around, repeats, summary.judge.shift, statistics=statistics)
        self.state = decision.state
        return self._evaluation(window, summary, decision, missing, judged)

    def _decide(
        self,
        summary: WindowSummary,
        around: Surroundings,
        repeats: float,
        shift: JudgeShift | None,
        *,
        statistics: bool,
    ) -> tuple[Decision, dict[str, str]]:
        """Decide the window from the state before it; returns (decision, what was not measured)."""
        window = Window(summary.window_start, summary.window_end)
        moment = self._moment(summary, around, repeats, statistics=statistics)
        seen = catalog.observe(self.rules.monitors, moment)
        seen = self._comparable(window, seen)
        self._note_levels(window, seen)
        findings, missing = catalog.find(self.rules.monitors, moment)
        decision = decide(
            self.trial,
            self.trial.observe(self.state, seen, window.hour),
            [*findings, *self._drift_findings(findings)],
            Circumstances(
                window=window,
                history=self.levels,
                others=around.others,
                margins=margins(self.rules.monitors),
                judge_shift=shift,
            ),
        )
        return decision, missing

    def _fails_by_the_judge(self, decision: Decision) -> bool:
        """Whether this window fails the release, and the judge's word is what fails it."""
        failure = decision.state.failure
        if failure is None or failure is self.state.failure:
            return False
        return not JUDGED.isdisjoint(failure.monitors)

    def _forget_levels(self, window: Window) -> None:
        """Take back what was noted of a window that is decided anew."""
        for noted in self.levels.values():
            if noted and noted[-1].start == window.start:
                noted.pop()

    def _moment(self, summary: WindowSummary, around: Surroundings, repeats: float, *, statistics: bool) -> Moment:
        return Moment(
            summary=summary,
            reference=self.reference,
            repeats=repeats,
            service_rows=around.service_rows,
            spent_today_usd=around.spent_today_usd,
            coverage_floor=self.rules.coverage_floor,
            max_quarantined=self.rules.max_quarantined,
            design_effects=self._design_effects,
            statistics=statistics,
        )

    def levels_in(self, summary: WindowSummary) -> dict[str, Level]:
        """Return the levels of another release's window, as this release's monitors that roll back see them."""
        moment = self._moment(summary, Surroundings(summary.rows, None), 1.0, statistics=False)
        return {
            key: Level(summary.window_start, seen.mean, float(seen.size))
            for monitor in catalog.enabled(self.rules.monitors)
            if self.trial.rolls_back(monitor.name)
            for key, seen in monitor.observe(self.rules.monitors, moment).items()
            if seen.size
        }

    def _comparable(self, window: Window, seen: Mapping[str, Observation]) -> dict[str, Observation]:
        """Leave out what is not bet on: a window of its own baseline counts against objectives only."""
        features = self.trial.features
        compared = window.start >= self._compares_from
        return {
            key: observation
            for key, observation in seen.items()
            if key in features and (compared or features[key].boundary is Boundary.OBJECTIVE)
        }

    def _note_levels(self, window: Window, seen: Mapping[str, Observation]) -> None:
        for key, observation in seen.items():
            if observation.size:
                self.levels.setdefault(key, []).append(Level(window.start, observation.mean, float(observation.size)))

    def _drift_findings(self, findings: Sequence[Finding]) -> list[Finding]:
        """A finding for each drift column that is bet on but whose statistics were not asked for."""
        shown = {finding.monitor.rsplit("/", 1)[0] for finding in findings if finding.monitor.startswith("drift/")}
        columns = {feature.monitor for feature in self.trial.features.values() if feature.monitor.startswith("drift/")}
        return [
            Finding(monitor=f"{name}/evidence", verdict=Verdict.PASS, reason=name) for name in sorted(columns - shown)
        ]

    def _evaluation(
        self,
        window: Window,
        summary: WindowSummary,
        decision: Decision,
        missing: dict[str, str],
        judged: tuple[Judged, ...],
    ) -> Evaluation:
        words, power = self.baseline.words, power_words(self.trial, summary.scored)
        if self.baseline.filling:
            words = f"power: the baseline is {words}; only absolute objectives count until then"
        elif note := power_note(self.trial, "quality", self.rules.monitors.quality.margin, summary.scored):
            words = f"{words}; {note}"
            # The note says it already; said twice in other words, it reads like a contradiction.
            power = "" if nothing_shows(self.trial, summary.scored) else power
        passing = (*not_yet(decision), *((words,) if self.baseline.filling else ()))
        self.timeline.append(_point(window, decision))
        return Evaluation(
            service=self.rules.service,
            release=self.release,
            window=window,
            number=int((window.start - FIRST) / window.length),
            config_hash=self.rules.config_hash,
            verdict=decision.verdict,
            reasons=decision.reasons or passing or ("nothing speaks against this release",),
            text=verdict_text(
                self.rules.service, self.release, window, decision, self.trial, baseline=words, power=power
            ),
            findings=decision.findings,
            not_measured=missing,
            healthy=decision.healthy and summary.scored > 0 and summary.coverage >= self.rules.coverage_floor,
            baseline=words,
            lines=Lines(
                warn_line=self.rules.lines.warn,
                rollback_line=self.rules.lines.rollback,
                warn=decision.warn,
                rollback=decision.rollback,
            ),
            evidence={monitor: value for monitor, value in decision.evidence.items() if value > -math.inf},
            summary=summary,
            judged=judged,
            timeline=tuple(self.timeline),
            failure=decision.state.failure,
            own_baseline=self.baseline.own,
        )


def _point(window: Window, decision: Decision) -> TimelinePoint:
    quality = next((finding for finding in decision.findings if finding.monitor == "quality"), None)
    low, high = quality.interval if quality and quality.interval else (None, None)
    return TimelinePoint(
        window=window,
        verdict=decision.verdict,
        warn=decision.warn,
        rollback=decision.rollback,
        quality=quality.value if quality else None,
        quality_low=low,
        quality_high=high,
        quality_baseline=quality.baseline if quality else None,
    )
