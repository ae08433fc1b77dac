"""A window evaluated to the end: what is recorded, shown and told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tasks.domain.failure import Failure
from tasks.domain.finding import Finding
from tasks.domain.judgment import Judged
from tasks.domain.once_in import once_in
from tasks.domain.summary import WindowSummary
from tasks.domain.verdict import Verdict
from tasks.domain.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Log e-values at which the two families act, and where they stand.

    Attributes:
        warn_line: log A of the warn budget.
        rollback_line: log A of the rollback budget.
        warn: The warn family's evidence; None before the first window with evidence.
        rollback: The rollback family's.
    """

    warn_line: float
    rollback_line: float
    warn: float | None = None
    rollback: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePoint:
    """One earlier window of the release, for the pictures."""

    window: Window
    verdict: Verdict
    warn: float | None = None
    rollback: float | None = None
    quality: float | None = None
    quality_low: float | None = None
    quality_high: float | None = None
    quality_baseline: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One (service, release, window) evaluated.

    Attributes:
        number: Position of the window on the UTC grid since 1970, the step of the release run's metrics.
        verdict: The worst finding's.
        reasons: In words, worst first.
        text: The verdict as a person reads it: a headline and one or two sentences, plain text.
        findings: One a monitor, worst first.
        not_measured: Monitors without a column or price, with why.
        healthy: Whether the window may serve in a baseline.
        baseline: What it was compared with, in words.
        evidence: Log e-value by monitor.
        judged: The sample with its judgments, for tables and the report; empty when re-decided from the store.
        timeline: The release's windows up to and with this one, oldest first.
        failure: What failed the release, in this window or an earlier one.
        own_baseline: Whether the release is its own baseline; such a one never rolls back.
    """

    service: str
    release: str
    window: Window
    number: int
    config_hash: str
    verdict: Verdict
    reasons: tuple[str, ...]
    text: str
    findings: tuple[Finding, ...]
    not_measured: dict[str, str]
    healthy: bool
    baseline: str
    lines: Lines
    evidence: dict[str, float]
    summary: WindowSummary
    judged: tuple[Judged, ...] = ()
    timeline: tuple[TimelinePoint, ...] = ()
    rubric: str = ""
    decision_id: str | None = None
    flow_run_id: str | None = None
    flow_run_url: str | None = None
    evaluated_at: datetime | None = None
    settings: dict[str, object] = field(default_factory=dict)
    failure: Failure | None = None
    own_baseline: bool = False

    @property
    def once_in(self) -> str:
        """How seldom an unchanged release looks like this, in words, as its text says; empty before any evidence."""
        failed = self.verdict is Verdict.FAIL and self.lines.rollback is not None
        evidence = self.lines.rollback if failed else self.lines.warn
        return "" if evidence is None else once_in(evidence, self.window.length)
