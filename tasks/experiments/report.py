"""What a run of `compare` returns: plain words and numbers, JSON-able, no text of users."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tasks.domain.report import JudgeSpend, Report
from tasks.domain.settings.experiments import Experiment
from tasks.experiments.deciding import ratio_evidence
from tasks.experiments.family import Family
from tasks.experiments.state import ComparisonState, Outcome


class MetricReport(Report):
    """One metric: candidate minus control, as a feature of which more is better."""

    metric: str
    pairs: int = 0
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    margin: float
    worse: bool = False
    not_worse: bool = False
    better: bool = False
    log_evidence_worse: float = 0.0


class ComparisonReport(Report):
    """What a comparison of two releases has come to."""

    service: str
    control: str
    candidate: str
    decision: str
    reason: str
    decided_at: datetime | None = None
    actions: list[str] = Field(default_factory=list)
    metrics: list[MetricReport] = Field(default_factory=list)
    windows: int = 0
    new_windows: int = 0
    waiting: str = ""
    units: tuple[int, int] = (0, 0)
    sample_ratio_log_evidence: float = 0.0
    start: datetime | None = None
    end: datetime | None = None
    judge: JudgeSpend = Field(default_factory=JudgeSpend)
    mlflow_run_id: str | None = None
    text: str = ""


def metric_reports(state: ComparisonState, experiment: Experiment) -> list[MetricReport]:
    """Return each metric of a comparison, the primary first."""
    stopped = state.decision.outcome is Outcome.STOP
    culprit = Family(experiment).culprit(state.tests) if stopped else None
    reports = []
    for metric in experiment.metrics:
        margin = getattr(experiment.margins, metric)
        tests = state.tests.get(metric)
        if tests is None or not tests.not_worse.pairs:
            reports.append(MetricReport(metric=metric, margin=margin))
            continue
        shown = tests.not_worse.interval
        reports.append(
            MetricReport(
                metric=metric,
                pairs=tests.not_worse.pairs,
                estimate=shown.estimate,
                interval=(shown.low, shown.high),
                margin=margin,
                worse=metric == culprit,
                not_worse=tests.not_worse.decided,
                better=tests.better.decided,
                log_evidence_worse=tests.worse.log_evidence,
            )
        )
    return reports


def comparison_report(
    service: str, control: str, candidate: str, state: ComparisonState, experiment: Experiment, note: str = ""
) -> ComparisonReport:
    """Return what a state says.

    Args:
        service: Whose releases.
        control: What serves so far.
        candidate: What is tried.
        state: After the last window.
        experiment: What the test asks.
        note: What is to be said of the assignment.
    """
    decision = state.decision
    unit = f"{experiment.unit}s" if experiment.unit == "session" else "interactions, each assigned by itself"
    said = f"{decision.outcome.upper()}: {service} {candidate} against {control}, {experiment.primary} first."
    seen = f"{state.windows} windows, {state.units[0]:,} and {state.units[1]:,} {unit}; + is better in every metric."
    return ComparisonReport(
        service=service,
        control=control,
        candidate=candidate,
        decision=decision.outcome.value,
        reason=decision.reason,
        decided_at=decision.at if decision.final else None,
        metrics=metric_reports(state, experiment),
        windows=state.windows,
        units=state.units,
        sample_ratio_log_evidence=ratio_evidence(state, experiment),
        start=state.began,
        end=state.ended,
        text="\n".join(
            [
                f"{said} {decision.reason[:1].upper()}{decision.reason[1:]}.",
                seen,
                *([f"Assignment: {note}."] if note else []),
            ]
        ),
    )


def nothing_to_compare(service: str) -> ComparisonReport:
    """Return what is said when a service has no open test."""
    words = f"no A/B test of {service} is open; `release` with ab_test starts one"
    return ComparisonReport(service=service, control="", candidate="", decision="none", reason=words, text=words)
