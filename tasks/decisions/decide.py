"""The verdict of one window: two families, two keys, and what else it might be before a release is blamed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tasks.decisions.drop import Drop, History, estimate_drop, moved_alike
from tasks.decisions.trial import Trial, TrialState, family
from tasks.domain.failure import Failure
from tasks.domain.feature import Boundary
from tasks.domain.finding import Finding
from tasks.domain.judge_shift import JudgeShift
from tasks.domain.settings.monitors import INPUT_COLUMNS
from tasks.domain.verdict import Verdict, worst
from tasks.domain.window import Window

_OBJECTIVE = "objective breached, and not by chance"

_INCIDENT_LASTS = timedelta(days=1)
"""A warning stays open this long after its last crossing; if the cause lasts, it crosses again well before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What surrounds the window that is decided.

    Attributes:
        window: Which one.
        history: This release's levels, this window included.
        others: Levels of the other releases that served the same windows.
        margins: The smallest drop that matters, by monitor.
        judge_shift: From the anchors, where they were judged again.
    """

    window: Window
    history: History
    others: Mapping[str, History] = field(default_factory=dict)
    margins: Mapping[str, float]
    judge_shift: JudgeShift | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict of one window and all that explains it.

    Attributes:
        verdict: The worst finding's.
        findings: With the verdicts the evidence gave them, worst first.
        reasons: In words, worst first.
        evidence: Log evidence by monitor: the rollback family's where it rolls back, else the warn family's.
        warn: The warn family's log evidence before any restart.
        rollback: The rollback family's.
        drop: What failed the release, where it was found in this window.
        healthy: Whether the window may serve in a baseline.
        state: The trial's state to go on from.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    reasons: tuple[str, ...]
    evidence: dict[str, float]
    warn: float | None
    rollback: float | None
    drop: Drop | None
    healthy: bool
    state: TrialState


def decide(trial: Trial, state: TrialState, findings: Sequence[Finding], around: Circumstances) -> Decision:
    """Decide a window from the state after it was observed.

    Args:
        trial: The detectors and lines.
        state: As `trial.observe` returned it for this window.
        findings: The monitors' own, before the evidence was asked.
        around: Levels so far, other releases, margins, the judge's shift.
    """
    warn_evidence, rollback_evidence = trial.warn_evidence(state), trial.rollback_evidence(state)
    warn, rollback = family(warn_evidence, trial.warn_weights), family(rollback_evidence, trial.rollback_weights)
    now = around.window.end
    incidents = {monitor: at for monitor, at in state.incidents.items() if now - at < _INCIDENT_LASTS}

    marks: dict[str, tuple[Verdict, str]] = {}
    crossed = _warned(trial, warn, warn_evidence)
    for monitor in crossed:
        marks[monitor] = (Verdict.WARN, _moved(trial, monitor, around.history))
        incidents[monitor] = now
    marks |= {
        monitor: (Verdict.FAIL if level == "rollback" else Verdict.WARN, _OBJECTIVE)
        for monitor, level in trial.breached_objectives(state).items()
        if monitor not in marks or level == "rollback"
    }
    failure, drop, held_back = state.failure, None, None
    if rollback is not None and rollback >= trial.lines.rollback and (failure is None or failure.absolute_only):
        drop, held_back = _second_key(trial, rollback_evidence, incidents, around)
        if drop is not None and held_back is None:
            failure = Failure(
                since=around.window.start,
                monitors=(drop.monitor,),
                reason=_drop_words(drop),
                absolute_only=False,
                feature=drop.feature,
                baseline=drop.baseline,
                level=drop.level,
            )
            marks[drop.monitor] = (Verdict.FAIL, _drop_words(drop))
        elif drop is not None:
            marks[drop.monitor] = (Verdict.WARN, held_back or "")
    objective_fails = tuple(monitor for monitor, (verdict, _) in marks.items() if verdict is Verdict.FAIL)
    if failure is None and objective_fails:
        failure = Failure(around.window.start, objective_fails, "objective breached", absolute_only=True)

    marked = [_marked(finding, marks, trial, rollback_evidence, warn_evidence) for finding in findings]
    reasons = _reasons(_worst_first(marked))
    verdict = worst(finding.verdict for finding in marked)
    healthy = _healthy(marked, marks, failure)
    if failure is not None and failure is state.failure:
        verdict = Verdict.FAIL
        reasons.insert(
            0, f"failed since {failure.since:%Y-%m-%d %H:%M}Z ({', '.join(failure.monitors)}: {failure.reason})"
        )
    open_matters = [monitor for monitor in sorted(incidents) if monitor not in marks]
    if open_matters:
        reasons.append("open warning: " + ", ".join(f"{m} (since {incidents[m]:%m-%d %H:%M}Z)" for m in open_matters))
    after = replace(trial.restart(state, crossed), incidents=incidents, failure=failure)
    return Decision(
        verdict=verdict,
        findings=tuple(_worst_first(marked)),
        reasons=tuple(reasons),
        evidence=warn_evidence | rollback_evidence,
        warn=warn,
        rollback=rollback,
        drop=drop if held_back is None else None,
        healthy=healthy,
        state=after,
    )


def _warned(trial: Trial, warn: float | None, evidence: Mapping[str, float]) -> list[str]:
    """Return the culprits of a crossing of the warn family: those that alone would cross, else the strongest."""
    if warn is None or warn < trial.lines.warn:
        return []
    share = {monitor: evidence.get(monitor, -math.inf) + math.log(w) for monitor, w in trial.warn_weights.items()}
    alone = [monitor for monitor, value in share.items() if value >= trial.lines.warn]
    return alone or [max(share, key=lambda monitor: share[monitor])]


def _second_key(
    trial: Trial, evidence: Mapping[str, float], incidents: Mapping[str, datetime], around: Circumstances
) -> tuple[Drop | None, str | None]:
    """Return (the drop that fails the release, None), or with why it is held back; (None, None) below the margin."""
    ranked = sorted(
        trial.rollback_weights, key=lambda m: -(evidence.get(m, -math.inf) + math.log(trial.rollback_weights[m]))
    )
    line = trial.lines.rollback
    culprits = [
        m for m in ranked if evidence.get(m, -math.inf) + math.log(trial.rollback_weights[m]) >= line
    ] or ranked[:1]
    held: tuple[Drop, str] | None = None
    for monitor in culprits:
        for feature in trial.features.values():
            if feature.monitor != monitor or feature.boundary is not Boundary.BASELINE:
                continue
            drop = estimate_drop(feature, around.history.get(feature.key, ()))
            if drop is None or _corrected(drop, feature.needs_judge, around.judge_shift) < around.margins.get(
                monitor, 0.0
            ):
                continue
            reason = _other_cause(feature.needs_judge, incidents)
            alike = moved_alike(drop, feature, around.others)
            if alike:
                other, fell = alike
                reason = (
                    f"shared, not this release: {other} fell by {fell:.2f} in the same windows; {_drop_words(drop)}"
                )
            if reason is None:
                return drop, None
            held = held or (drop, reason)
    return held or (None, None)


def _corrected(drop: Drop, judged: bool, shift: JudgeShift | None) -> float:
    """Return the drop less what the judge's own move explains: `drop − max(0, −d̄) − 1.64 se`."""
    if not judged or shift is None:
        return drop.drop
    return drop.drop - max(0.0, -shift.mean) - 1.64 * shift.standard_error


def _other_cause(judged: bool, incidents: Mapping[str, datetime]) -> str | None:
    """Return why a judged drop may be the inputs', or None."""
    inputs = sorted(name for name in INPUT_COLUMNS if f"drift/{name}" in incidents)
    if judged and inputs:
        changed = ", ".join(inputs)
        return f"inputs changed ({changed}): kinds of content are judged differently, this may not be the release"
    return None


def _moved(trial: Trial, monitor: str, history: History) -> str:
    """Say how a monitor that crossed the warn line moved."""
    drops = [
        drop
        for feature in trial.features.values()
        if feature.monitor == monitor and feature.boundary is Boundary.BASELINE
        if (drop := estimate_drop(feature, history.get(feature.key, ()))) is not None
    ]
    if not drops:
        return "moved against the baseline"
    strongest = max(drops, key=lambda drop: drop.drop / drop.standard_error)
    if monitor in {"quality", "toxicity"}:
        return _drop_words(strongest)
    shares = f"{strongest.baseline:.0%} → {strongest.level:.0%}"
    what = {
        "latency": "within the baseline's usual",
        "cost": "within the baseline's usual",
        "errors": "without error",
        "feedback": "thumbs up",
    }.get(monitor, "where the baseline has it")
    return f"moved: share {what} {shares} since about {strongest.since:%m-%d %H:%M}Z"


def _drop_words(drop: Drop) -> str:
    """Say the drop in the monitor's own direction: of features low is bad, of toxicity and errors high is."""
    turned = drop.monitor in {"toxicity", "errors"}
    baseline, level = (1 - drop.baseline, 1 - drop.level) if turned else (drop.baseline, drop.level)
    return (
        f"{baseline:.2f} → {level:.2f} since about {drop.since:%m-%d %H:%M}Z "
        f"({'rise' if turned else 'drop'} {drop.drop:.2f}, {drop.low:.2f}–{drop.high:.2f})"
    )


def _marked(
    finding: Finding,
    marks: Mapping[str, tuple[Verdict, str]],
    trial: Trial,
    rollback: Mapping[str, float],
    warn: Mapping[str, float],
) -> Finding:
    """Return the finding with its evidence, and with the verdict the evidence gives it."""
    key = finding.monitor if finding.monitor in warn else finding.monitor.rsplit("/", 1)[0]
    evidence = (rollback if trial.rolls_back(key) else warn).get(key)
    finding = replace(finding, evidence=evidence if evidence is not None and evidence > -math.inf else None)
    verdict, why = marks.get(key, (Verdict.PASS, ""))
    if verdict.rank <= finding.verdict.rank:
        return finding
    return replace(
        finding,
        verdict=verdict,
        reason=f"{key.replace('drift/', 'drift in ')} {why}; {finding.reason}",
        absolute=why == _OBJECTIVE,
    )


def _healthy(findings: Sequence[Finding], marks: Mapping[str, tuple[Verdict, str]], failure: Failure | None) -> bool:
    """Whether the window may serve in a baseline: judged enough, and no warn or fail against its own baseline."""
    undecided = any(finding.verdict is Verdict.INCONCLUSIVE for finding in findings)
    relative = any(why != _OBJECTIVE for _, why in marks.values())
    return not undecided and not relative and (failure is None or failure.absolute_only)


def _reasons(findings: Sequence[Finding]) -> list[str]:
    """Return what speaks against the release, once for each monitor: statistics of one column say the same thing."""
    said: dict[str, str] = {}
    for finding in findings:
        if finding.verdict is not Verdict.PASS:
            drifted = finding.monitor.startswith("drift/")
            said.setdefault(finding.monitor.rsplit("/", 1)[0] if drifted else finding.monitor, finding.reason)
    return list(said.values())


def _worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Sort by verdict; of equal ones the judge and the intake first: they explain the others."""
    return sorted(findings, key=lambda finding: (-finding.verdict.rank, finding.monitor not in {"judge", "intake"}))
