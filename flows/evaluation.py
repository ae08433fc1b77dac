"""The main job: pull → sample → judge → measure → decide → record → act, for every window since the last run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prefect.client.schemas import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.evaluating.assignment import assign
from flows.evaluating.publishing import ending, publish
from flows.evaluating.rooms import opened
from flows.running.aside import is_aside
from flows.running.clock import now
from flows.running.door import door
from tasks.domain.report import EvaluationReport
from tasks.domain.settings.judging import Judge, Sampling
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.monitors import Monitors
from tasks.domain.settings.policy import Alerts, Baseline, Policy, Target
from tasks.domain.settings.words import Name


def _run_name() -> str:
    """Say service and time in the name of the run."""
    parameters: dict[str, Any] = flow_run.parameters
    start, end = (_moment(parameters.get(name)) for name in ("start", "end"))
    period = f"{start or 'new'} to {end}" if end else f"{start or 'new'} to {now():%Y-%m-%d %H:%MZ}"
    return f"{'backtest of ' if is_aside() else ''}{parameters.get('service', 'evaluate')} {period}"


def _moment(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%MZ}" if isinstance(value, datetime) else str(value or "")


@door("evaluate", _run_name)
def evaluate(
    service: Name,
    logs: LogSource,
    judge: Judge = Judge(),
    sampling: Sampling = Sampling(),
    monitors: Monitors = Monitors(),
    baseline: Baseline = Baseline(),
    policy: Policy = Policy(),
    target: Target = Target(),
    alerts: Alerts = Alerts(),
    window: str = "1h",
    start: datetime | None = None,
    end: datetime | None = None,
    redo: bool = False,
) -> EvaluationReport | State[EvaluationReport]:
    """Evaluate the windows of a service: is each release still as good as its baseline, and how sure is that.

    Args:
        service: The served application whose interactions are evaluated.
        logs: Where its interaction logs are.
        judge: Who scores the sample.
        sampling: How many interactions of a window are scored.
        monitors: What is watched and demanded.
        baseline: What a release is compared with.
        policy: How often one may be wrong, and what is done about a failure.
        target: How traffic is switched.
        alerts: Whom to tell.
        window: Length of a window: 15m, 1h, 3h, 6h, 1d.
        start: From here (with time zone); empty: after the last window evaluated.
        end: Up to here (with time zone); empty: now, less the settle delay.
        redo: Evaluate again what was evaluated; the old verdicts are kept beside.
    """
    assignment = assign(service, logs, judge, sampling, monitors, baseline, policy, target, alerts, window, redo=redo)
    with opened(assignment) as rooms:
        plan = rooms.plan(start, end)
        for batch in plan.batches():
            pulled = rooms.pull(batch)
            judged = rooms.judge(pulled)
            rooms.settle(pulled, judged)
        done = rooms.act()
        report = rooms.report(plan, done)
        rooms.show()
        headline = report.verdict.capitalize() if plan.windows else "Nothing new"
        publish(assignment, report, headline, rooms.link)
    name, message = ending(headline, report)
    return Completed(message=message, name=name, data=report)
