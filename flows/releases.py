"""Register a release and route it: configuration → registry → switch → read back → record."""

from __future__ import annotations

from typing import Any, Literal

from prefect.client.schemas import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.people.showing import show_moved
from flows.running.artifacts import leave
from flows.running.door import door
from flows.running.refusing import refused
from flows.running.tagging import tag
from flows.switching.registering import Candidate
from flows.switching.switchboard import switchboard
from tasks.domain.errors import RefusedError
from tasks.domain.markdown import escaped
from tasks.domain.report import ReleaseReport
from tasks.domain.settings.capacity import Autoscaling
from tasks.domain.settings.experiments import Experiment
from tasks.domain.settings.policy import Target
from tasks.domain.settings.words import Line, Name


def _run_name() -> str:
    """Say service and release in the name of the run."""
    asked: dict[str, Any] = flow_run.parameters
    return f"{asked.get('service', 'release')} {asked.get('release', '')}"


@door("release", _run_name)
def release(
    service: Name,
    release: Name,
    model: Name,
    endpoint: Name | None = None,
    prompt: str | None = None,
    config: dict[str, Any] | None = None,
    ab_test: Experiment | None = None,
    autoscaling: Autoscaling | None = None,
    route: Literal["all", "none"] | float = "all",
    target: Target | None = None,
    override_reason: Line | None = None,
    by: Line = "",
) -> ReleaseReport | State[ReleaseReport]:
    """Register a release of a service and route traffic to it.

    Args:
        service: The service.
        release: Its name, as it stands in the logs.
        model: The served model, e.g. gpt-4o-mini.
        endpoint: Where it answers.
        prompt: Its prompt: the text itself, or prompts:/name/3 of the MLflow Prompt Registry.
        config: Temperature and whatever else it is run with.
        ab_test: Start an A/B test against what is live: it gets ab_test.share of the traffic, `compare` looks on.
        autoscaling: Bounds of its replicas and what they must hold; plan_capacity keeps to them.
        route: all: switch traffic to it, alias `live`. none: only register it. A share between 0 and 1: a canary.
        target: How traffic is switched. Empty: as this service was switched last, or as its `evaluate` was told; where
            neither says, the alias alone.
        override_reason: Why a configuration that was rolled back may go out again, or a router that is known is left
            out from here on.
        by: Who releases it; it stands in the record.
    """
    tag(service)
    try:
        with switchboard(service, target, retired=override_reason) as board:
            candidate = Candidate(board, release, by or "a person")
            candidate.configure(model, endpoint, prompt, config, autoscaling)
            candidate.refuse_if_quarantined(override_reason)
            candidate.register()
            candidate.route(route, ab_test)
            report = candidate.report()
    except RefusedError as error:
        return refused(error)
    show_moved(service)
    leave("release", service, escaped(report.text), f"Release of {service}")
    name = "Test started" if report.ab_test else "Released" if report.live == release else "Registered"
    return Completed(message=report.text, name=name, data=report)
