"""What a run returns, and what it leaves in Prefect: verdicts, numbers and links, never text of users."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.domain.backtest import BacktestReport
from tasks.domain.evaluation import Evaluation
from tasks.domain.markdown import escaped
from tasks.domain.report import (
    ConditionReport,
    EvaluationReport,
    FindingReport,
    Intake,
    JudgeSpend,
    RollbackReport,
    WindowReport,
)
from tasks.domain.summary import JudgeUsage
from tasks.domain.verdict import Verdict, worst


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
) -> EvaluationReport:
    """Return the report of a run.

    Args:
        service: Which service.
        windows: Every window in the period, also those evaluated earlier, in time order.
        intake: What was read.
        spend: What judging cost in this run.
        actions: What was done about it.
        nothing: What to say when there is no window at all.
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
    span = f"{newest.release} {newest.start:%Y-%m-%d %H:%M}–{newest.end:%H:%M}Z"
    reasons = [f"{span}: {reason}" for reason in newest.reasons]
    return EvaluationReport(
        service=service,
        verdict=verdict.value,
        reasons=reasons,
        actions=list(actions),
        intake=intake,
        windows=list(windows),
        judge=spend,
    )


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


def spend_of(usage: JudgeUsage) -> JudgeSpend:
    """Return what judging cost, as a report tells it."""
    return JudgeSpend(
        calls=usage.calls,
        from_ledger=usage.from_ledger,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost_usd=usage.cost_usd,
    )


def add_spend(one: JudgeSpend, other: JudgeSpend) -> JudgeSpend:
    """Add up what judging cost; unknown prices stay unknown only where nothing is known."""
    costs = [cost for cost in (one.cost_usd, other.cost_usd) if cost is not None]
    return JudgeSpend(
        calls=one.calls + other.calls,
        from_ledger=one.from_ledger + other.from_ledger,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cost_usd=sum(costs) if costs else None,
    )


def markdown(report: EvaluationReport, headline: str, links: Sequence[tuple[str, str]]) -> str:
    """Return the run's Prefect artifact: verdict text, table of findings of the newest window, links."""
    lines = [f"# {escaped(headline.upper())} · {escaped(report.service)}", ""]
    if not report.windows:
        lines += [f"- {escaped(reason)}" for reason in report.reasons]
    else:
        newest = max(report.windows, key=lambda window: (window.verdict == report.verdict, window.end))
        for line in newest.text.split("\n"):
            lines += [escaped(line) if line.startswith("- ") else f"\n{escaped(line)}\n"]
        lines += ["", "| monitor | verdict | value | 95 % interval | baseline |", "|---|---|---|---|---|"]
        lines += [_finding(finding) for finding in newest.findings]
        lines += ["", f"{len(report.windows)} windows, the newest until {report.windows[-1].end:%Y-%m-%d %H:%M}Z."]
    lines += ["", *(f"**Done:** {escaped(action)}" for action in report.actions)]
    lines += ["", *(f"[{name}]({address})" for name, address in links)]
    return "\n".join(lines)


def rollback_markdown(report: RollbackReport) -> str:
    """Return the Prefect artifact of a rollback: what was done, and each condition with what was found."""
    return conditions_markdown(report.state, report.service, report.text, report.conditions)


def conditions_markdown(state: str, service: str, text: str, conditions: Sequence[ConditionReport]) -> str:
    """Return the Prefect artifact of an action: what was done, and each condition with what was found."""
    lines = [f"# {state.replace('_', ' ').upper()} · {escaped(service)}", "", escaped(text)]
    if conditions:
        lines += ["", "| condition | holds | found |", "|---|---|---|"]
        lines += [f"| {one.name} | {'yes' if one.holds else '**no**'} | {escaped(one.words)} |" for one in conditions]
    return "\n".join(lines)


def backtest_markdown(report: BacktestReport) -> str:
    """Return the Prefect artifact of a backtest: what would have happened to each release, and by simple rules."""
    lines = [f"# Backtest · {escaped(report.service)}", ""]
    lines += [escaped(line) if line.startswith("- ") else f"\n{escaped(line)}\n" for line in report.text.split("\n")]
    names = [one.release for one in report.releases]
    lines += ["", f"| would have rolled back | {' | '.join(map(escaped, names))} |", "|---|" + "---|" * len(names)]
    ours = {one.release: one.rolled_back_at for one in report.releases}
    for rule, fired in [("Plumbline", ours), *((escaped(one.rule), one.fired_at) for one in report.rules)]:
        times = (f"{at:%Y-%m-%d %H:%M}Z" if (at := fired.get(name)) else "never" for name in names)
        lines += [f"| {rule} | {' | '.join(times)} |"]
    return "\n".join(
        [*lines, "", f"Judging: {report.judge.calls} calls; expected were {escaped(report.expected.words)}."]
    )


def _finding(finding: FindingReport) -> str:
    interval = " – ".join(_number(end) for end in finding.interval) if finding.interval else ""
    cells = [escaped(finding.monitor), finding.verdict, _number(finding.value), interval, _number(finding.baseline)]
    return f"| {' | '.join(cells)} |"


def slug(name: str) -> str:
    """Return the name as it may stand in the key of a Prefect artifact."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "service"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
