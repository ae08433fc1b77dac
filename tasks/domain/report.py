"""What runs return: plain words and numbers, JSON-able, no text of users."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class Report(BaseModel):
    """The root of what runs return: strict, so that a misspelled field is an error and not lost."""

    model_config = ConfigDict(extra="forbid")


class FindingReport(Report):
    """What one monitor found in one window."""

    monitor: str
    verdict: str
    value: float | None = None
    interval: tuple[float, float] | None = None
    baseline: float | None = None
    effect: float | None = None
    evidence: float | None = None
    reason: str = ""


class WindowReport(Report):
    """One (release, window).

    `once_in` says how seldom an unchanged release looks like this, e.g. "3 hours"; empty before there is evidence.
    """

    release: str
    start: datetime
    end: datetime
    verdict: str
    reasons: list[str] = Field(default_factory=list)
    findings: list[FindingReport] = Field(default_factory=list)
    not_measured: dict[str, str] = Field(default_factory=dict)
    judged: int = 0
    coverage: float = 0.0
    state: str = "done"
    text: str = ""
    once_in: str = ""
    judge_usd: float | None = None
    mlflow_run_id: str | None = None
    worse: bool = False
    """Whether it fails because it is worse than its baseline: what a rollback needs, beside its other conditions."""


class Intake(Report):
    """What was read."""

    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    late: int = 0
    quarantined: dict[str, int] = Field(default_factory=dict)


class JudgeSpend(Report):
    """What judging cost in this run."""

    calls: int = 0
    from_ledger: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None


class EvaluationReport(Report):
    """What a run of `evaluate` found."""

    service: str
    verdict: str
    live: str = ""
    """How the live release does, where the verdict, the worst of all windows, is that of another one."""
    reasons: list[str] = Field(default_factory=list)
    actions: list[str] = Field(default_factory=list)
    intake: Intake = Field(default_factory=Intake)
    windows: list[WindowReport] = Field(default_factory=list)
    judge: JudgeSpend = Field(default_factory=JudgeSpend)


class ConditionReport(Report):
    """One condition of a change to production."""

    name: str
    holds: bool
    words: str


class ActionReport(Report):
    """What a request to change production came to.

    `state` is `done`, `dry_run`, `refused`, `failed` (a target refused; nothing was switched in the end), `rejected` (a
    person said no, or nobody answered) or `known` (this decision was settled before, or another run is at it).
    """

    service: str
    state: str
    text: str
    by: str = ""
    conditions: list[ConditionReport] = Field(default_factory=list)


class RollbackReport(ActionReport):
    """What a run of `roll_back` did."""

    reason: str
    decision_id: str | None = None
    from_release: str | None = None
    to_release: str | None = None
    switched_at: datetime | None = None


class PromotionReport(ActionReport):
    """What a run of `promote` did."""

    decision_id: str | None = None
    control: str | None = None
    candidate: str | None = None
    switched_at: datetime | None = None


class ScalingReport(ActionReport):
    """What a run of `scale` did."""

    plan_id: str | None = None
    release: str | None = None
    applied_at: datetime | None = None


class ReleaseReport(Report):
    """What a run of `release` did."""

    service: str
    release: str
    version: str
    fingerprint: str
    prompt: str | None = None
    routed: str
    ab_test: str | None = None
    text: str
    live: str | None = None


class ResponseReport(Report):
    """What a run of `respond` recorded and did."""

    service: str
    action: str
    text: str
    by: str
    until: datetime | None = None
