"""The verdict of one window: two families, two keys, and what else it might be before a release is blamed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from tasks.decisions.circumstances import Circumstances
from tasks.decisions.culprits import culprits, inputs_changed, second_key
from tasks.decisions.drop import Drop, History, estimate_drop
from tasks.decisions.power import shows_within_a_day
from tasks.decisions.shortfall import estimate_shortfall
from tasks.decisions.trial import Trial, TrialState, family
from tasks.domain.failure import Failure
from tasks.domain.feature import Boundary
from tasks.domain.finding import Finding
from tasks.domain.verdict import Verdict, worst

_BREACH = {"rollback": Verdict.FAIL, "warn": Verdict.WARN}

_INCIDENT_LASTS = timedelta(days=1)
"""A warning stays open this long after its last crossing; if the cause lasts, it crosses again well before."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """The verdict that the evidence gives a monitor, and why; `absolute`: for its objective alone."""

    verdict: Verdict
    why: str
    absolute: bool = False


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

    marks: dict[str, _Mark] = {}
    crossed = _warned(trial, state, warn, warn_evidence)
    for monitor in crossed:
        marks[monitor] = _Mark(Verdict.WARN, _moved(trial, monitor, around.history))
        incidents[monitor] = now
    marks |= {
        monitor: _Mark(_BREACH[level], _missed(trial, monitor, around.history), absolute=True)
        for monitor, level in trial.breached_objectives(state).items()
        if monitor not in marks or level == "rollback"
    }
    failure, drop, held_back = state.failure, None, None
    if rollback is not None and rollback >= trial.lines.rollback and (failure is None or failure.absolute_only):
        drop, held_back = second_key(trial, state, rollback_evidence, incidents, around)
        if drop is not None and held_back is None:
            failure = Failure(
                since=around.window.start,
                monitors=(drop.monitor,),
                reason=drop.words,
                absolute_only=False,
                feature=drop.feature,
                baseline=drop.baseline,
                level=drop.level,
            )
            marks[drop.monitor] = _Mark(Verdict.FAIL, drop.words)
        elif drop is not None:
            marks[drop.monitor] = _Mark(Verdict.WARN, held_back or "")
    objective_fails = tuple(monitor for monitor, mark in marks.items() if mark.verdict is Verdict.FAIL)
    if failure is None and objective_fails:
        failure = Failure(around.window.start, objective_fails, "objective breached", absolute_only=True)

    marked = [_marked(finding, marks, trial, rollback_evidence, warn_evidence) for finding in findings]
    marked = [_with_power(finding, trial, around) for finding in marked]
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
    after = replace(after, inputs_changed=inputs_changed(trial, crossed, around.history) or state.inputs_changed)
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


def _warned(trial: Trial, state: TrialState, warn: float | None, evidence: Mapping[str, float]) -> list[str]:
    """Return the culprits of a crossing of the warn family; none where it did not cross."""
    if warn is None or warn < trial.lines.warn:
        return []
    return culprits(evidence, trial.warn_weights, trial.lines.warn, trial.windows(state))


def _moved(trial: Trial, monitor: str, history: History) -> str:
    """Say how a monitor that crossed the warn line moved."""
    drops = [
        drop
        for feature in trial.features.values()
        if feature.monitor == monitor and trial.speaks(feature)
        if (drop := estimate_drop(feature, history.get(feature.key, ()))) is not None
    ]
    if not drops:
        return "moved against the baseline"
    strongest = max(drops, key=lambda drop: drop.drop / drop.standard_error)
    if monitor in {"quality", "toxicity"}:
        return strongest.words
    shares = f"{strongest.baseline:.0%} → {strongest.level:.0%}"
    what = {
        "latency": "within the baseline's usual",
        "cost": "within the baseline's usual",
        "errors": "without error",
        "feedback": "thumbs up",
    }.get(monitor, "where the baseline lies")
    return f"moved: share {what} {shares} since about {strongest.since:%m-%d %H:%M}Z"


def _missed(trial: Trial, monitor: str, history: History) -> str:
    """Say by how much a monitor missed its objective, and over which windows."""
    mine = [feature for feature in trial.features.values() if feature.monitor == monitor]
    objective = next(feature for feature in mine if feature.boundary is Boundary.OBJECTIVE)
    relative = next((feature for feature in mine if feature.boundary is Boundary.BASELINE), None)
    found = estimate_shortfall(objective, relative, history.get(objective.key, ()))
    return found.words if found else "not by chance"


def _marked(
    finding: Finding,
    marks: Mapping[str, _Mark],
    trial: Trial,
    rollback: Mapping[str, float],
    warn: Mapping[str, float],
) -> Finding:
    """Return the finding with its evidence, and with the verdict the evidence gives it."""
    key = finding.monitor if finding.monitor in warn else finding.monitor.rsplit("/", 1)[0]
    evidence = (rollback if trial.rolls_back(key) else warn).get(key)
    finding = replace(finding, evidence=evidence if evidence is not None and evidence > -math.inf else None)
    mark = marks.get(key)
    if mark is None or mark.verdict.rank <= finding.verdict.rank:
        return finding
    return replace(finding, verdict=mark.verdict, reason=_reason(finding, key, mark), absolute=mark.absolute)


def _reason(finding: Finding, key: str, mark: _Mark) -> str:
    """Say why the evidence speaks against a monitor, what people understand at once first."""
    if mark.absolute:
        now = finding.reason.removesuffix(f"; {finding.objective}")
        told = f"{key} objective breached: {mark.why}, {finding.objective}; this window: {now}"
        return f"{told}; {finding.advice}" if finding.advice else told
    if not key.startswith("drift/"):
        return f"{key} {mark.why}; {finding.reason}"
    # A finding that stands for the evidence alone has no statistic to tell.
    moved = f"drift in {key.removeprefix('drift/')} {mark.why}"
    return f"{finding.reason}; {moved}" if finding.value is not None else moved


def _with_power(finding: Finding, trial: Trial, around: Circumstances) -> Finding:
    """Return the finding with the smallest drop that shows within a day at this window's sample."""
    if finding.monitor not in trial.warn_weights:
        return finding
    keys = [key for key, f in trial.features.items() if f.monitor == finding.monitor and trial.speaks(f)]
    newest = [around.history[key][-1] for key in keys if around.history.get(key)]
    sizes = [level.size for level in newest if level.start == around.window.start]
    drop = shows_within_a_day(trial, finding.monitor, max(sizes)) if sizes else None
    if drop is None:
        return finding
    metrics = finding.metrics | {f"{finding.monitor}/detectable_drop": drop}
    return replace(finding, detectable=drop, metrics=metrics)


def _healthy(findings: Sequence[Finding], marks: Mapping[str, _Mark], failure: Failure | None) -> bool:
    """Whether the window may serve in a baseline: judged enough, and no warn or fail against its own baseline."""
    undecided = any(finding.verdict is Verdict.INCONCLUSIVE for finding in findings)
    relative = any(not mark.absolute for mark in marks.values())
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
