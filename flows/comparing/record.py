"""What a comparison leaves on record: a study for MLflow, an artifact and an event for Prefect; never text of users."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prefect.runtime import flow_run

from flows.comparing.contest import Contest
from flows.running.artifacts import leave, table
from flows.running.emitting import emit
from tasks.domain.markdown import escaped
from tasks.domain.signed import signed
from tasks.domain.study import Study
from tasks.experiments import ComparisonReport, ComparisonState
from tasks.experiments.report import MetricReport
from tasks.judging import judge_model
from tasks.tracking import interval_figure, study_page

_HEAD = ("metric", "difference", "interval", "margin", "pairs", "shown")


def comparison_study(report: ComparisonReport, state: ComparisonState, asked: Contest, done: Sequence[str]) -> Study:
    """Return what is recorded of a comparison: the timeline of the primary metric, its picture, what was done."""
    assert state.began is not None
    assert state.ended is not None
    primary = asked.experiment.primary
    looks = [(look.end, look.estimate, look.low, look.high) for look in state.looks]
    words = (
        f"{report.candidate} minus {report.control} in {primary}, above 0 where the candidate is better; after each "
        f"window with the interval that holds at all of them at once ({1 - asked.experiment.alpha:.0%}); dashed: the "
        "margin that does not matter"
    )
    margin = getattr(asked.experiment.margins, primary)
    figure = interval_figure(looks, margin, f"{primary} over time", words) if looks else None
    text = "\n".join([report.text, *(f"Done: {action}." for action in done)])
    rows = [_row(one) for one in report.metrics]
    title = f"{report.service}: {report.candidate} against {report.control}"
    return Study(
        kind="comparison",
        service=report.service,
        key=asked.key,
        name=f"{state.began:%Y-%m-%dT%H:%MZ} {report.candidate} against {report.control} {report.decision}",
        text=text,
        start=state.began,
        end=state.ended,
        tags={
            "plumbline.release": report.candidate,
            "plumbline.control": report.control,
            "plumbline.verdict": report.decision,
            "plumbline.flow_run_id": str(flow_run.id or ""),
            "plumbline.judge_model": judge_model(asked.judge) if asked.judges else "",
        },
        params=asked.described,
        metrics={
            f"{primary}/difference": tuple((end, estimate) for end, estimate, _, _ in looks),
            f"{primary}/ci_low": tuple((end, low) for end, _, low, _ in looks),
            f"{primary}/ci_high": tuple((end, high) for end, _, _, high in looks),
            f"{primary}/pairs": tuple((look.end, float(look.pairs)) for look in state.looks),
        },
        artifacts={
            "report.html": study_page(title, text, figure, _HEAD, rows, words if figure else ""),
            "comparison.json": report.model_dump_json(indent=1),
        },
        finished=state.decision.final,
    )


def publish_comparison(report: ComparisonReport, link_of: Callable[[str], str | None], *, news: bool) -> None:
    """Leave the decision as an artifact and tell it as an event, unless that was told already.

    Args:
        report: What the comparison has come to.
        link_of: The address of an MLflow run.
        news: Whether this run brought anything.
    """
    address = link_of(report.mlflow_run_id) if report.mlflow_run_id else None
    lines = [f"# {report.decision.upper()} · {escaped(report.service)}", "", escaped(report.text), ""]
    lines += table(_HEAD, [_row(one) for one in report.metrics])
    lines += ["", *([f"**Waiting:** {escaped(report.waiting)}"] if report.waiting else [])]
    lines += [f"**Done:** {escaped(action)}" for action in report.actions]
    lines += ["", *([f"[Comparison in MLflow]({address})"] if address else [])]
    description = f"{report.candidate} against {report.control}: {report.decision}"
    leave("comparison", report.service, "\n".join(lines), description)
    if not news:
        return
    event = f"comparison.{report.decision}"
    emit(event, report.service, decision=report.decision, control=report.control, candidate=report.candidate)


def _row(one: MetricReport) -> list[str]:
    if one.estimate is None or one.interval is None:
        return [one.metric, "not measured", "", f"{one.margin:g}", "0", ""]
    shown = "worse" if one.worse else "better" if one.better else "not worse" if one.not_worse else "open"
    low, high = one.interval
    return [
        one.metric,
        signed(one.estimate),
        f"{signed(low)} to {signed(high)}",
        f"{one.margin:g}",
        f"{one.pairs:,}",
        shown,
    ]
