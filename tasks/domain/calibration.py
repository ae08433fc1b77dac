"""What a run of `calibrate` returns: the judge held against people; plain words, ids and numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from tasks.domain.report import JudgeSpend, Report

Trust = Literal["yes", "no", "open"]
"""What was shown: that the judge can be relied on, that it cannot, or neither yet."""


class AgreementReport(Report):
    """How far the judge agrees with people on the labeled interactions.

    Attributes:
        kappa: Cohen's, quadratic weights, scores on five levels; None without labels.
        spearman: Rank correlation.
        correlation: Pearson's; what the sample-size advice rests on.
        slope: Of the judge's scores on people's: a change of 1 for them shows as so much.
        bias: Mean of judge minus people; above 0 the judge is too kind.
        raters_alpha: Krippendorff's among people; None where no interaction has two.
    """

    kappa: float | None = None
    spearman: float | None = None
    spearman_interval: tuple[float, float] | None = None
    correlation: float | None = None
    slope: float | None = None
    bias: float | None = None
    bias_interval: tuple[float, float] | None = None
    raters_alpha: float | None = None


class LevelReport(Report):
    """The level of a release as the judge, people, and both together see it.

    Attributes:
        release: Which one; None: all of them together, each by its share.
        labels: Interactions that people scored.
        judged: Scores of the judge in the windows kept.
        judge: Its mean, as it stands.
        judge_interval: The naive one: it knows nothing of the judge's error.
        people: Mean of the labels alone.
        corrected: The mean people would give, from both (PPI++).
        more_labels: Until the corrected interval is as narrow as asked; None where it is not known.
        more_labels_alone: Likewise without the judge.
        note: What is to be known of it.
    """

    release: str | None
    labels: int
    judged: int = 0
    judge: float | None = None
    judge_interval: tuple[float, float] | None = None
    people: float | None = None
    people_interval: tuple[float, float] | None = None
    corrected: float | None = None
    corrected_interval: tuple[float, float] | None = None
    more_labels: int | None = None
    more_labels_alone: int | None = None
    note: str = ""


class UnusedReport(Report):
    """Labels that could not be used, by cause, and which the first ones are."""

    cause: str
    labels: int
    first: list[str]


class DisagreementReport(Report):
    """An interaction the judge and people see differently."""

    interaction_id: str
    release: str
    judge: float
    people: float


class CalibrationReport(Report):
    """The judge held against people's scores.

    `levels_trusted` says whether the judge's mean may be read as people's, `changes_trusted` whether a change of it
    says that people would see one.
    """

    service: str
    judge_model: str
    text: str
    start: datetime | None = None
    end: datetime | None = None
    matched: int = 0
    raters: int = 0
    unmatched: int = 0
    unused: list[UnusedReport] = Field(default_factory=list)
    levels_trusted: Trust = "open"
    changes_trusted: Trust = "open"
    agreement: AgreementReport = Field(default_factory=AgreementReport)
    levels: list[LevelReport] = Field(default_factory=list)
    furthest: list[DisagreementReport] = Field(default_factory=list)
    precision: float
    judge: JudgeSpend = Field(default_factory=JudgeSpend)
    mlflow_run_id: str | None = None
