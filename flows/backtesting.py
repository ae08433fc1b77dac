"""What a policy would have done on past logs: survey → estimate → replay through `evaluate` → report."""

from __future__ import annotations

from datetime import datetime
from textwrap import shorten
from typing import Any

from prefect.client.schemas import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.evaluating.assignment import assign
from flows.replaying.hindsight import backtest_markdown, backtest_report
from flows.replaying.replay import Replay
from flows.running.artifacts import leave
from flows.running.door import door
from tasks.domain.backtest import BacktestReport
from tasks.domain.settings.judging import Judge, Sampling
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.monitors import Monitors
from tasks.domain.settings.policy import Alerts, Baseline, Policy, Target
from tasks.domain.settings.words import Name


def _run_name() -> str:
    """Say the service in the name of the run."""
    asked: dict[str, Any] = flow_run.parameters
    start, end = asked.get("start") or "the first row", asked.get("end") or "the last row"
    return f"{asked.get('service', 'backtest')} {start} to {end}"


@door("backtest", _run_name)
def backtest(
    service: Name,
    logs: LogSource,
    judge: Judge = Judge(),
    sampling: Sampling = Sampling(),
    monitors: Monitors = Monitors(),
    baseline: Baseline = Baseline(),
    policy: Policy = Policy(),
    window: str = "1h",
    start: datetime | None = None,
    end: datetime | None = None,
    days: float = 28,
    budget_usd: float = 5,
    place: str | None = None,
) -> BacktestReport | State[BacktestReport]:
    """Say what a policy would have done on past logs: the real decisions, in a store and an MLflow of their own.

    Args:
        service: The served application whose interactions are evaluated.
        logs: Where its interaction logs are.
        judge: Who scores the sample.
        sampling: How many interactions of a window are scored.
        monitors: What is watched and demanded.
        baseline: What a release is compared with.
        policy: The policy in question; whatever its mode, nothing is switched and nobody is told.
        window: Length of a window: 15m, 1h, 3h, 6h, 1d.
        start: From here (with time zone); empty: so many days before the end.
        end: Up to here (with time zone); empty: the last row of the logs.
        days: How far back, where no start is given.
        budget_usd: Refused before the first call when judging is expected to cost more.
        place: Folder of its records; empty: one of the service's own below .plumbline/.
    """
    asked = assign(service, logs, judge, sampling, monitors, baseline, policy, Target(), Alerts(), window, redo=False)
    replay = Replay(asked, start, end, days, place)
    expected = replay.expected(budget_usd)
    replay.play()
    report = backtest_report(replay, expected)
    leave("backtest", service, backtest_markdown(report), f"What a policy would have done on {service}")
    return Completed(message=shorten(report.text, 600, placeholder=" …"), name="Replayed", data=report)
