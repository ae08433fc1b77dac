"""A/B: two releases that serve side by side: pull → judge → update → record → act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prefect.client.schemas import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.comparing.contest import contest
from flows.comparing.record import publish_comparison
from flows.comparing.rooms import comparing
from flows.running.door import door
from tasks.domain.settings.experiments import Experiment
from tasks.domain.settings.judging import Judge, Sampling
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.policy import Alerts, Policy, Target
from tasks.domain.settings.words import Name
from tasks.experiments import ComparisonReport, nothing_to_compare


def _run_name() -> str:
    """Say service and releases in the name of the run."""
    asked: dict[str, Any] = flow_run.parameters
    names = f"{asked['candidate']} against {asked.get('control')}" if asked.get("candidate") else "A/B test"
    return f"{asked.get('service', 'compare')} {names}"


@door("compare", _run_name)
def compare(
    service: Name,
    logs: LogSource,
    control: Name | None = None,
    candidate: Name | None = None,
    judge: Judge = Judge(),
    sampling: Sampling = Sampling(),
    experiment: Experiment = Experiment(),
    policy: Policy = Policy(),
    target: Target = Target(),
    alerts: Alerts = Alerts(),
    window: str = "1h",
    start: datetime | None = None,
    end: datetime | None = None,
) -> ComparisonReport | State[ComparisonReport]:
    """Compare a candidate with the control while both serve: promote it, stop it, or say how much is missing.

    Args:
        service: The served application.
        logs: Where the interaction logs are.
        control: The release that serves so far, as it stands in the logs; empty, with candidate: the A/B test that
            `release` started is followed, by what it asks.
        candidate: The release that is tried.
        judge: Who scores the samples.
        sampling: How many interactions of each release and window are scored.
        experiment: What the test asks and when it is over, where two releases are named.
        policy: What may be done about a decision: mode, and how fresh it must be.
        target: How traffic is switched.
        alerts: Whom to tell.
        window: Length of a window: 15m, 1h, 3h, 6h, 1d.
        start: Where the test began (with time zone); empty: as far back as max_catch_up, then where it stands.
        end: Up to here (with time zone); empty: now, less the settle delay.
    """
    asked = contest(
        service, control, candidate, logs, judge, sampling, experiment, policy, target, alerts, window, start, end
    )
    if asked is None:
        report = nothing_to_compare(service)
        return Completed(message=report.text, name="No test", data=report)
    with comparing(asked) as rooms:
        for batch in rooms.batches():
            served = rooms.pull(batch)
            judged = rooms.judge(served)
            rooms.update(served, judged)
        done = rooms.act()
        report = rooms.record(done)
        publish_comparison(report, rooms.link, news=rooms.news)
    return Completed(message=report.text[:500], name=report.decision.capitalize(), data=report)
