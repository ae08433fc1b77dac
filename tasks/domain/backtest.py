"""What a run of `backtest` returns: what a policy would have done on past logs; plain words and numbers."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tasks.domain.report import Intake, JudgeSpend, Report, WindowReport
from tasks.domain.verdict import Verdict


class BacktestedRelease(Report):
    """One release over the period.

    `warned_at` and the like are when it would have been known: the end of the window and the settle delay. `undecided`
    is the commonest reason of its inconclusive windows where these are most of all.
    """

    release: str
    windows: int
    verdicts: dict[str, int]
    quality: float | None = None
    warned_at: datetime | None = None
    failed_at: datetime | None = None
    rolled_back_at: datetime | None = None
    rolled_back_to: str | None = None
    undecided: str = ""
    words: str = ""


class RuleReport(Report):
    """When a simple rule would have rolled back, by release; None: never."""

    rule: str
    fired_at: dict[str, datetime | None]


class ExpectedSpend(Report):
    """What judging was expected to take before the first call, without the anchors."""

    calls: int = 0
    cost_usd: float | None = None
    words: str = ""


class BacktestReport(Report):
    """What a policy would have done on past logs."""

    service: str
    start: datetime
    end: datetime
    text: str
    releases: list[BacktestedRelease] = Field(default_factory=list)
    rules: list[RuleReport] = Field(default_factory=list)
    windows: list[WindowReport] = Field(default_factory=list)
    intake: Intake = Field(default_factory=Intake)
    judge: JudgeSpend = Field(default_factory=JudgeSpend)
    expected: ExpectedSpend = Field(default_factory=ExpectedSpend)
    mlflow_uri: str = ""

    def worst(self) -> WindowReport | None:
        """Return the window to look at first: of the worst verdict, the newest."""
        return max(self.windows, key=lambda one: (Verdict(one.verdict).rank, one.end), default=None)
