"""A release on trial: the evidence against it, window by window."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from tasks.decisions.lines import Thresholds, level_of, weights
from tasks.domain.failure import Failure
from tasks.domain.feature import Boundary, Feature, Observation
from tasks.stats.bank import BankState, DetectorBank
from tasks.stats.edetector import DetectorState, MeanDetector, combine


@dataclass(frozen=True, slots=True)
class TrialState:
    """Evidence and open matters after some windows; replaced, never changed.

    Attributes:
        windows: Windows taken in.
        rollback: Detector states of features whose monitors roll back; they run on.
        warn: Detector states of features that warn; a monitor's restart at its warning.
        bank: The same for the features that are plain shares, all in one.
        incidents: Monitors with an open warning, and when it last crossed.
        failure: Set once the release failed.
        inputs_changed: Since when the inputs are another kind, as last estimated when a column of them warned.
    """

    windows: int = 0
    rollback: Mapping[str, DetectorState] = field(default_factory=dict)
    warn: Mapping[str, DetectorState] = field(default_factory=dict)
    bank: BankState | None = None
    incidents: Mapping[str, datetime] = field(default_factory=dict)
    failure: Failure | None = None
    inputs_changed: datetime | None = None

    def to_json(self) -> str:
        """Return it as JSON; `from_json` gives an equal state back."""
        failure = self.failure
        return json.dumps(
            {
                "windows": self.windows,
                "rollback": {key: state.to_json() for key, state in self.rollback.items()},
                "warn": {key: state.to_json() for key, state in self.warn.items()},
                "bank": self.bank and self.bank.to_json(),
                "incidents": {monitor: since.isoformat() for monitor, since in self.incidents.items()},
                "failure": failure and asdict(failure) | {"since": failure.since.isoformat()},
                "inputs_changed": self.inputs_changed and self.inputs_changed.isoformat(),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> TrialState:
        """Return the state that `to_json` wrote."""
        known: dict[str, Any] = json.loads(text)
        failure, changed = known["failure"], known.get("inputs_changed")
        return cls(
            windows=known["windows"],
            rollback={key: DetectorState.from_json(state) for key, state in known["rollback"].items()},
            warn={key: DetectorState.from_json(state) for key, state in known["warn"].items()},
            bank=known["bank"] and BankState.from_json(known["bank"]),
            incidents={monitor: datetime.fromisoformat(since) for monitor, since in known["incidents"].items()},
            failure=failure
            and Failure(
                **failure | {"since": datetime.fromisoformat(failure["since"]), "monitors": tuple(failure["monitors"])}
            ),
            inputs_changed=changed and datetime.fromisoformat(changed),
        )


class Trial:
    """The detectors of one release against its baseline.

    Args:
        features: What is bet on.
        levels: `warn` or `rollback` by monitor name.
        lines: The thresholds.
    """

    def __init__(self, features: Sequence[Feature], levels: Mapping[str, str], lines: Thresholds) -> None:
        self.features = {feature.key: feature for feature in features}
        self.lines = lines
        self._levels = dict(levels)
        self._banked = [f for f in features if f.boundary is Boundary.BASELINE and f.two_level and not f.strata]
        banked = {feature.key for feature in self._banked}
        self._bank = _bank(self._banked, lines.rollback)
        self._detectors = {
            feature.key: _detector(feature, lines.rollback)
            for feature in features
            if feature.key not in banked or level_of(feature.monitor, levels) == "rollback"
        }
        self._single = [key for key in self._detectors if key not in banked and not self.features[key].reserve]
        relative = {feature.monitor for feature in features if self.speaks(feature)}
        absolute = {feature.monitor for feature in features if feature.boundary is Boundary.OBJECTIVE}
        self.warn_weights = weights(relative)
        self.rollback_weights = weights(monitor for monitor in relative if self.rolls_back(monitor))
        self.objective_weights = {
            level: weights(monitor for monitor in absolute if level_of(monitor, levels) == level)
            for level in ("warn", "rollback")
        }

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything the evidence depends on: other features or lines make other evidence."""
        parts = [
            (f.key, f.boundary, f.constant, f.margin, round(f.design_effect, 9), f.baseline_size, sum(f.baseline[:64]))
            + ((round(f.window_effect, 9),) if f.window_effect is not None else ())
            for f in self.features.values()
        ]
        return hashlib.sha256(repr((sorted(parts), self.lines.rollback)).encode()).hexdigest()[:16]

    def rolls_back(self, monitor: str) -> bool:
        """Whether a breach of the monitor leads to a rollback."""
        return level_of(monitor, self._levels) == "rollback"

    @staticmethod
    def speaks(feature: Feature) -> bool:
        """Whether the feature's evidence counts in the families: a comparison that is not held in reserve."""
        return feature.boundary is Boundary.BASELINE and not feature.reserve

    def start(self) -> TrialState:
        """Return the state before the first window."""
        return TrialState(
            rollback={
                key: detector.start()
                for key, detector in self._detectors.items()
                if self.rolls_back(self.features[key].monitor)
            },
            warn={key: self._detectors[key].start() for key in self._single},
            bank=self._bank.start() if self._bank else None,
        )

    def observe(self, state: TrialState, seen: Mapping[str, Observation], hour: int) -> TrialState:
        """Return the state after one more window; features without values stay as they are."""

        def after(states: Mapping[str, DetectorState]) -> dict[str, DetectorState]:
            return {key: self._update(key, known, seen.get(key), hour) for key, known in states.items()}

        bank = self._after(state.bank, seen)
        return replace(
            state, windows=state.windows + 1, rollback=after(state.rollback), warn=after(state.warn), bank=bank
        )

    def _after(self, state: BankState | None, seen: Mapping[str, Observation]) -> BankState | None:
        if self._bank is None or state is None:
            return state
        observations = [seen.get(feature.key) for feature in self._banked]
        ones = [observation.ones if observation else 0 for observation in observations]
        totals = [observation.size if observation else 0 for observation in observations]
        effects = [observation.design_effect if observation else 1.0 for observation in observations]
        return self._bank.update(state, ones, totals, design_effects=effects)

    def _update(self, key: str, state: DetectorState, seen: Observation | None, hour: int) -> DetectorState:
        if seen is None or not seen.size:
            return state
        return self._detectors[key].update(
            state,
            seen.values,
            counts=seen.counts,
            design_effect=seen.design_effect,
            stratum=hour if self.features[key].strata else None,
        )

    def restart(self, state: TrialState, monitors: Sequence[str]) -> TrialState:
        """Return the state with the warn evidence of these monitors begun anew."""
        fresh = {
            key: self._detectors[key].start()
            for key in self._single
            if (feature := self.features[key]).monitor in monitors and feature.boundary is Boundary.BASELINE
        }
        chosen = [at for at, feature in enumerate(self._banked) if feature.monitor in monitors]
        bank = self._bank.restarted(state.bank, chosen) if self._bank and state.bank and chosen else state.bank
        return replace(state, warn={**state.warn, **fresh}, bank=bank)

    def warn_evidence(self, state: TrialState) -> dict[str, float]:
        """Return each monitor's log evidence since its last warning."""
        banked = state.bank.log_evidence.tolist() if state.bank else []
        logs = {key: known.log_evidence for key, known in state.warn.items()}
        return self._by_monitor(logs | {f.key: log for f, log in zip(self._banked, banked, strict=True)})

    def rollback_evidence(self, state: TrialState) -> dict[str, float]:
        """Return the log evidence of each monitor that rolls back, since the release started."""
        return self._by_monitor({key: known.log_evidence for key, known in state.rollback.items()})

    def reserve_evidence(self, state: TrialState, monitor: str) -> float:
        """Return the log evidence of what is held in reserve for a monitor; -inf where nothing is."""
        logs = [
            known.log_evidence
            for key, known in state.rollback.items()
            if self.features[key].monitor == monitor and self.features[key].reserve
        ]
        return _even(logs) if logs else -math.inf

    def windows(self, state: TrialState) -> dict[str, int]:
        """Return behind how many windows each monitor's warn evidence stands."""
        seen = {f.key: int(n) for f, n in zip(self._banked, state.bank.windows, strict=True)} if state.bank else {}
        seen |= {key: known.windows for key, known in state.warn.items()}
        told: dict[str, int] = {}
        for key, number in seen.items():
            feature = self.features[key]
            if self.speaks(feature):
                told[feature.monitor] = max(told.get(feature.monitor, 0), number)
        return told

    def _by_monitor(self, logs: Mapping[str, float]) -> dict[str, float]:
        """A monitor's features count evenly."""
        by_monitor: dict[str, list[float]] = {}
        for key, log in logs.items():
            feature = self.features[key]
            if self.speaks(feature):
                by_monitor.setdefault(feature.monitor, []).append(log)
        return {monitor: _even(logs) for monitor, logs in by_monitor.items()}

    def breached_objectives(self, state: TrialState) -> dict[str, str]:
        """Return the level, `warn` or `rollback`, of each monitor whose objective's evidence crossed its line."""
        breached = {}
        for key, feature in self.features.items():
            if feature.boundary is not Boundary.OBJECTIVE:
                continue
            level = level_of(feature.monitor, self._levels)
            line = self.lines.rollback if level == "rollback" else self.lines.warn
            weight = self.objective_weights[level][feature.monitor]
            if state.warn[key].log_evidence >= line - math.log(weight):
                breached[feature.monitor] = level
        return breached


def _even(logs: Sequence[float]) -> float:
    """Return the evidence of features that count evenly."""
    return logs[0] if len(logs) == 1 else combine(logs, [1.0 / len(logs)] * len(logs))


def family(evidence: Mapping[str, float], known_weights: Mapping[str, float]) -> float | None:
    """Return a family's log evidence, `log Σ w exp(e)`; None before anything was measured."""
    logs = [evidence.get(monitor, -math.inf) for monitor in known_weights]
    total = combine(logs, list(known_weights.values())) if logs else -math.inf
    return total if total > -math.inf else None


def _bank(features: Sequence[Feature], line: float) -> DetectorBank | None:
    if not features:
        return None
    return DetectorBank.against_baselines(
        [round(feature.baseline_mean * feature.baseline_size) for feature in features],
        [float(feature.baseline_size) for feature in features],
        log_threshold=line,
        margins=[feature.margin for feature in features],
        design_effects=[feature.design_effect for feature in features],
    )


def _detector(feature: Feature, line: float) -> MeanDetector:
    if feature.boundary is Boundary.OBJECTIVE:
        return MeanDetector.against_constant(feature.constant)
    return MeanDetector.against_baseline(
        feature.baseline,
        counts=feature.baseline_counts,
        margin=feature.margin,
        log_threshold=line,
        strata=feature.strata or None,
        design_effect=feature.design_effect,
    )
