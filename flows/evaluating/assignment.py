"""A run's settings, checked and gathered once: what every step of the flow is handed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.evaluating.asking import rubric_of
from flows.evaluating.rules import Rules
from flows.records.mandate import Mandate
from flows.running.clock import now
from flows.running.credentials import secret
from tasks.decisions.lines import Thresholds, thresholds
from tasks.domain.fingerprint import configuration_hash
from tasks.domain.settings.judging import Judge, Sampling
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.monitors import Monitors
from tasks.domain.settings.policy import Alerts, Baseline, Policy, Target
from tasks.domain.window import parse_length
from tasks.judging import asked_hash
from tasks.judging.rubrics import Rubric


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a run of `evaluate` was asked to do, with everything that follows from it."""

    service: str
    logs: LogSource
    judge: Judge
    sampling: Sampling
    monitors: Monitors
    baseline: Baseline
    policy: Policy
    target: Target
    alerts: Alerts
    window: str
    redo: bool
    length: timedelta
    rubric: Rubric
    asked: str
    config_hash: str
    lines: Thresholds
    api_key: str | None
    now: datetime

    @property
    def rules(self) -> Rules:
        """What its releases on trial are held under."""
        return Rules(
            service=self.service,
            monitors=self.monitors,
            policy=self.policy,
            lines=self.lines,
            config_hash=self.config_hash,
            coverage_floor=self.judge.coverage_floor,
            max_quarantined=self.logs.max_quarantined,
        )

    @property
    def mandate(self) -> Mandate:
        """What may be done about a failure."""
        return Mandate(self.policy, self.target, self.alerts)

    @property
    def described(self) -> dict[str, object]:
        """The settings that differ from the defaults, for the record; no secret is among them, only names."""
        chosen = {
            "logs": self.logs,
            "judge": self.judge,
            "sampling": self.sampling,
            "monitors": self.monitors,
            "baseline": self.baseline,
            "policy": self.policy,
        }
        return {"window": self.window} | {
            name: changed
            for name, settings in chosen.items()
            if (changed := settings.model_dump(mode="json", exclude_defaults=True))
        }


def assign(
    service: str,
    logs: LogSource,
    judge: Judge,
    sampling: Sampling,
    monitors: Monitors,
    baseline: Baseline,
    policy: Policy,
    target: Target,
    alerts: Alerts,
    window: str,
    *,
    redo: bool,
) -> Assignment:
    """Check the settings against each other and work out what follows from them."""
    length = parse_length(window)
    rubric = rubric_of(judge)
    asked = asked_hash(judge, rubric)
    return Assignment(
        service=service,
        logs=logs,
        judge=judge,
        sampling=sampling,
        monitors=monitors,
        baseline=baseline,
        policy=policy,
        target=target,
        alerts=alerts,
        window=window,
        redo=redo,
        length=length,
        rubric=rubric,
        asked=asked,
        config_hash=configuration_hash(asked, monitors, sampling, window, baseline, judge),
        lines=thresholds(policy, length),
        api_key=secret(judge.api_key) if judge.asks_a_model else None,
        now=now(),
    )
