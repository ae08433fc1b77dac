"""Who moved, and what else it might be before the release is blamed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from tasks.decisions.circumstances import Circumstances
from tasks.decisions.drop import Drop, History, estimate_drop, moved_alike
from tasks.decisions.trial import Trial, TrialState
from tasks.domain.judge_shift import JudgeShift
from tasks.domain.settings.monitors import INPUT_COLUMNS
from tasks.stats.edetector import ebh

_WRONGLY_NAMED = 0.1
"""Share of monitors named in a crossing that may be named wrongly: a person looks at each."""

_SURE = 1.64
"""Standard errors of the judge's shift that are taken off a drop: one-sided 95 %."""


def culprits(
    evidence: Mapping[str, float], shares: Mapping[str, float], line: float, windows: Mapping[str, int]
) -> list[str]:
    """Return who carried a family across its line, strongest first: by e-BH, and who alone would have crossed.

    There is always one: where neither names any, many small moves added up, and the strongest stands for them.
    """
    weighted = {m: evidence.get(m, -math.inf) + math.log(share) for m, share in shares.items()}
    ranked = sorted(weighted, key=lambda monitor: -weighted[monitor])
    logs = [evidence.get(monitor, -math.inf) for monitor in ranked]
    found = {ranked[at] for at in ebh(logs, [windows.get(monitor, 0) for monitor in ranked], _WRONGLY_NAMED)}
    return [m for m in ranked if m in found or weighted[m] >= line] or ranked[:1]


def second_key(
    trial: Trial,
    state: TrialState,
    evidence: Mapping[str, float],
    incidents: Mapping[str, datetime],
    around: Circumstances,
) -> tuple[Drop | None, str | None]:
    """Return (the drop that fails the release, None), or with why it is held back; (None, None) below the margin."""
    line, shares = trial.lines.rollback, trial.rollback_weights
    named = culprits(evidence, shares, line, dict.fromkeys(shares, state.windows))
    held: tuple[Drop, str] | None = None
    for monitor in named:
        for feature in trial.features.values():
            if feature.monitor != monitor or not trial.speaks(feature) or feature.window_effect is not None:
                continue  # the last bets on the same scores as the one before it
            drop = estimate_drop(feature, around.history.get(feature.key, ()))
            if drop is None or _corrected(drop, feature.needs_judge, around.judge_shift) < around.margins.get(
                monitor, 0.0
            ):
                continue
            within = trial.reserve_evidence(state, monitor) + math.log(shares[monitor]) >= line
            reason = None if within else _other_cause(feature.needs_judge, incidents)
            alike = moved_alike(drop, feature, around.others)
            if alike:
                other, fell = alike
                reason = f"shared, not this release: {other} fell by {fell:.2f} in the same windows; {drop.words}"
            if reason is None:
                return drop, None
            held = held or (drop, reason)
    return held or (None, None)


def _corrected(drop: Drop, judged: bool, shift: JudgeShift | None) -> float:
    """Return the drop less what the judge's own move explains: `drop − max(0, −d̄) − 1.64 se`."""
    if not judged or shift is None:
        return drop.drop
    return drop.drop - max(0.0, -shift.mean) - _SURE * shift.standard_error


def _other_cause(judged: bool, incidents: Mapping[str, datetime]) -> str | None:
    """Return why a judged drop may be the inputs', or None."""
    inputs = sorted(name for name in INPUT_COLUMNS if f"drift/{name}" in incidents)
    if judged and inputs:
        changed = ", ".join(inputs)
        return f"inputs changed ({changed}): kinds of content are judged differently, this may not be the release"
    return None


def inputs_changed(trial: Trial, crossed: Sequence[str], history: History) -> datetime | None:
    """Return since when the inputs are another kind, where one of their columns warns; by its strongest feature."""
    drops = [
        drop
        for feature in trial.features.values()
        if feature.monitor in crossed and feature.monitor.removeprefix("drift/") in INPUT_COLUMNS
        if (drop := estimate_drop(feature, history.get(feature.key, ()))) is not None
    ]
    return max(drops, key=lambda drop: drop.drop / drop.standard_error).since if drops else None
