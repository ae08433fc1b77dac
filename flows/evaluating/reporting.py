"""What a run returns, and what it leaves in Prefect: verdicts, numbers and links, never text of users."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from flows.evaluating.serving import beside
from flows.running.artifacts import table
from tasks.domain.evaluation import Evaluation
from tasks.domain.markdown import escaped
from tasks.domain.report import (
    EvaluationReport,
    FindingReport,
    Intake,
    JudgeSpend,
    WindowReport,
)
from tasks.domain.verdict import Verdict, worst
from tasks.domain.window import span
from tasks.store import Action

_MESSAGE_AT_MOST = 400
"""Characters of the reasons beside a state: a few lines of Prefect's page."""


def window_report(evaluation: Evaluation, run_id: str, state: str) -> WindowReport:
    """Return what is reported of one evaluated window."""
    return WindowReport(
        release=evaluation.release,
        start=evaluation.window.start,
        end=evaluation.window.end,
        verdict=evaluation.verdict.value,
        reasons=list(evaluation.reasons),
        findings=[
            FindingReport(
                monitor=finding.monitor,
                verdict=finding.verdict.value,
                value=finding.value,
                interval=finding.interval,
                baseline=finding.baseline,
                effect=finding.effect,
                evidence=finding.evidence,
                reason=finding.reason,
            )
            for finding in evaluation.findings
        ],
        not_measured=evaluation.not_measured,
        judged=evaluation.summary.scored,
        coverage=evaluation.summary.coverage,
        state=state,
        text=evaluation.text,
        once_in=evaluation.once_in,
        judge_usd=evaluation.summary.judge.cost_usd,
        mlflow_run_id=run_id,
        worse=evaluation.verdict is Verdict.FAIL
        and evaluation.failure is not None
        and not (evaluation.failure.absolute_only or evaluation.own_baseline),
    )


def evaluation_report(
    service: str,
    windows: Sequence[WindowReport],
    intake: Intake,
    spend: JudgeSpend,
    actions: Sequence[str],
    *,
    nothing: str,
    live: str | None = None,
    acts: Sequence[Action] = (),
) -> EvaluationReport:
    """Return the report of a run.

    Args:
        service: Which service.
        windows: Every window in the period, also those evaluated earlier, in time order.
        intake: What was read.
        spend: What judging cost in this run.
        actions: What was done about it.
        nothing: What to say when there is no window at all.
        live: The release that serves, where that is known.
        acts: What was done about the service, oldest first.
    """
    if not windows:
        return EvaluationReport(
            service=service,
            verdict=Verdict.INCONCLUSIVE.value,
            reasons=[nothing],
            actions=list(actions),
            intake=intake,
            judge=spend,
        )
    verdict = worst(Verdict(window.verdict) for window in windows)
    newest = [window for window in windows if window.verdict == verdict.value][-1]
    when = f"{newest.release} {span(newest.start, newest.end)}"
    reasons = [f"{when}: {reason}" for reason in newest.reasons]
    return EvaluationReport(
        service=service,
        verdict=verdict.value,
        live=beside(verdict.value, windows, live, acts),
        reasons=reasons,
        actions=list(actions),
        intake=intake,
        windows=list(windows),
        judge=spend,
    )


def in_a_line(report: EvaluationReport, headline: str) -> str:
    """Return the message of the run's final state."""
    live = f"{report.live}. " if report.live else ""
    return f"{headline.upper()}: {live}{shorten('; '.join(report.reasons), _MESSAGE_AT_MOST, placeholder=' …')}"


def add_intake(one: Intake, other: Intake) -> Intake:
    """Add up what two passes read."""
    causes = {
        cause: one.quarantined.get(cause, 0) + other.quarantined.get(cause, 0)
        for cause in {*one.quarantined, *other.quarantined}
    }
    return Intake(
        rows=one.rows + other.rows,
        accepted=one.accepted + other.accepted,
        duplicates=one.duplicates + other.duplicates,
        late=one.late + other.late,
        quarantined=causes,
    )


def markdown(report: EvaluationReport, headline: str, links: Sequence[tuple[str, str]]) -> str:
    """Return the run's Prefect artifact: verdict text, table of findings of the newest window, links."""
    live = [report.live.partition(";")[0]] if report.live else []
    lines = [f"# {' · '.join(escaped(words) for words in (headline.upper(), report.service, *live))}", ""]
    lines += [f"**{escaped(report.live)}**", ""] if report.live else []
    if not report.windows:
        lines += [f"- {escaped(reason)}" for reason in report.reasons]
    else:
        newest = max(report.windows, key=lambda window: (window.verdict == report.verdict, window.end))
        for line in newest.text.split("\n"):
            lines += [escaped(line) if line.startswith("- ") else f"\n{escaped(line)}\n"]
        head = ("monitor", "verdict", "value", "95 % interval", "baseline")
        lines += ["", *table(head, [_finding(finding) for finding in newest.findings])]
        lines += ["", f"{len(report.windows)} windows, the newest until {report.windows[-1].end:%Y-%m-%d %H:%M}Z."]
    lines += ["", *(f"**Done:** {escaped(action)}" for action in report.actions)]
    lines += ["", *(f"[{name}]({address})" for name, address in links)]
    return "\n".join(lines)


def _finding(finding: FindingReport) -> list[str]:
    interval = " – ".join(_number(end) for end in finding.interval) if finding.interval else ""
    return [finding.monitor, finding.verdict, _number(finding.value), interval, _number(finding.baseline)]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
