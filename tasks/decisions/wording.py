"""The verdict as a person reads it: never a log e-value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

from tasks.decisions.decide import Decision
from tasks.decisions.lines import Thresholds, own_line
from tasks.decisions.trial import Trial
from tasks.domain.feature import Boundary, Feature
from tasks.domain.finding import Finding
from tasks.domain.once_in import once_in
from tasks.domain.verdict import Verdict
from tasks.domain.window import Window
from tasks.stats.power import interactions_needed

_DROPS = (0.05, 0.02, 0.01)


def verdict_text(service: str, release: str, window: Window, decision: Decision, trial: Trial, *, baseline: str) -> str:
    """Return headline, reasons, how unusual it is, and what could have been seen; plain text, a few lines."""
    lines = [f"{decision.verdict.upper()}  {service} {release}, {_when(window)}. {_headline(decision)}"]
    if decision.verdict in {Verdict.WARN, Verdict.FAIL, Verdict.INCONCLUSIVE}:
        lines += [f"- {reason[:1].upper()}{reason[1:]}." for reason in decision.reasons]
    lines.append(_unusual(decision, trial.lines))
    facts = [f"{f.reason[:1].upper()}{f.reason[1:]}" for f in decision.findings if _is_fact(f)]
    if facts:
        lines.append(". ".join(facts) + ".")
    lines.append(f"Baseline: {baseline}.")
    power = power_words(trial, decision.findings)
    if power:
        lines.append(power)
    return "\n".join(line for line in lines if line)


def _headline(decision: Decision) -> str:
    match decision.verdict:
        case Verdict.PASS:
            return "Nothing speaks against this release."
        case Verdict.INCONCLUSIVE:
            return "Undecided; nothing was switched, and nothing is to do unless this lasts."
        case Verdict.WARN:
            return "Worth a look; nothing is switched on a warning."
        case Verdict.FAIL:
            return (
                "This release is worse."
                if decision.state.failure and not decision.state.failure.absolute_only
                else "An objective is breached."
            )


def _when(window: Window) -> str:
    if window.start.date() == (window.end - timedelta(seconds=1)).date():
        return f"{window.start:%Y-%m-%d %H:%M}–{window.end:%H:%M}Z"
    return f"{window.start:%Y-%m-%d %H:%M}Z – {window.end:%Y-%m-%d %H:%M}Z"


def _unusual(decision: Decision, lines: Thresholds) -> str:
    if decision.warn is None and decision.rollback is None:
        return ""

    def once(log_evidence: float | None) -> str:
        return once_in(log_evidence, lines.length)

    strongest = (
        decision.rollback if decision.verdict is Verdict.FAIL and decision.rollback is not None else decision.warn
    )
    return (
        f"An unchanged release looks like this once in {once(strongest)} "
        f"(warn: {once(lines.warn)}, rollback: {once(lines.rollback)})."
    )


def _is_fact(finding: Finding) -> bool:
    return finding.verdict is Verdict.PASS and finding.monitor in {
        "quality",
        "toxicity",
        "errors",
        "latency",
        "cost",
        "judge",
    }


def power_words(trial: Trial, findings: Sequence[Finding]) -> str:
    """Say after how long which drop of quality would show at this sample; empty where there is no comparison."""
    feature = trial.features.get("quality/mean")
    if feature is None:
        return ""
    scored = next((f.metrics.get("volume/judged", 0.0) for f in findings if f.monitor == "judge"), 0.0)
    if scored <= 0:
        return ""
    parts = [f"{drop:g} {_after(feature, trial, drop, scored)}" for drop in _DROPS]
    return f"At this sample a drop of {parts[0]}, {parts[1]}, {parts[2]}."


def _after(feature: Feature, trial: Trial, drop: float, per_window: float) -> str:
    line = own_line(trial.lines.rollback, trial.rollback_weights.get("quality") or trial.warn_weights["quality"])
    size = feature.baseline_size / feature.design_effect
    needed = interactions_needed(drop, math.sqrt(feature.variance), 1.0, line, size)
    if not math.isfinite(needed):
        return "does not show"
    windows = needed * feature.design_effect / per_window
    return f"shows in about {once_in(math.log(max(windows, 1.0)), trial.lines.length)}"


def power_note(feature: Feature, trial: Trial, margin: float) -> str | None:
    """Return "power: ..." when the baseline can never show a drop of twice the margin, with what is missing."""
    if feature.boundary is not Boundary.BASELINE or margin <= 0:
        return None
    line = own_line(trial.lines.rollback, trial.warn_weights.get(feature.monitor, 1.0))
    sd = math.sqrt(feature.variance)
    wanted = 2 * sd**2 * (line + 4) / (2 * margin) ** 2 * feature.design_effect
    if wanted <= feature.baseline_size:
        return None
    scores = f"the baseline's {feature.baseline_size} scores"
    return f"power: {scores} never show a drop of {2 * margin:g}; that takes {wanted:,.0f}"
