"""What MLflow's front pages say: a row a service in the fleet, each experiment's description, each release's page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tasks.domain.errors import TrackingError
from tasks.domain.naming import from_cell, plain, safe, storable
from tasks.domain.release import Release
from tasks.domain.report import EvaluationReport, JudgeSpend, WindowReport
from tasks.domain.verdict import Verdict, worst
from tasks.registry import named
from tasks.tracking.front_page import fleet_tags, release_note, service_note
from tasks.tracking.names import FLEET
from tasks.tracking.pages.period import render_period
from tasks.tracking.standing import Standing
from tasks.tracking.tags import KEY, NOTE, bounded, param
from tasks.tracking.tracker import Tracker
from tasks.tracking.views import SERVICES, fleet_views, link_to_view

if TYPE_CHECKING:
    from mlflow.entities import Run

_FLEET_NOTE = (
    "Every service Plumbline watches, a row each: [All services]({}).\n\n"
    "A row's description links to the service's experiment, its newest window and the flow run that evaluated it."
)


class Showcase(Tracker):
    """Keeps the front pages up to date, in place."""

    def show(self, standing: Standing, releases: Sequence[Release], changed: frozenset[str]) -> dict[str, str]:
        """Bring the front pages up to date after a run.

        Args:
            standing: How the service stands.
            releases: What the registry knows of its releases.
            changed: Releases with new windows: only their pages are drawn again.

        Returns:
            Where each release's run is: `experiment/run`, by release.

        Raises:
            TrackingError: when MLflow refuses or is gone.
        """
        with named(self.uri, TrackingError):
            experiment = self._experiment(standing.service)
            runs = self._release_runs(experiment)
            known = {release.name: release for release in releases}
            for name, run in runs.items():
                self._show_release(experiment, run, name, standing, known.get(storable(name)), changed)
            note = service_note(standing, experiment, {name: run.info.run_id for name, run in runs.items()})
            self._client.set_experiment_tag(experiment, NOTE, bounded(note))
            self._show_service(experiment, standing)
            return {name: f"{experiment}/{run.info.run_id}" for name, run in runs.items()}

    def _release_runs(self, experiment: str) -> dict[str, Run]:
        runs = self._client.search_runs([experiment], "tags.`plumbline.kind` = 'release'", max_results=200)
        return {from_cell(run.data.tags["plumbline.release"]): run for run in reversed(runs)}

    def _show_release(
        self,
        experiment: str,
        run: Run,
        name: str,
        standing: Standing,
        release: Release | None,
        changed: frozenset[str],
    ) -> None:
        """Bring a release's run up to date: live or over, what it is made of, its page."""
        from mlflow.entities import Param, RunTag

        run_id, mine = str(run.info.run_id), [window for window in standing.windows if window.release == name]
        live = name == (standing.live or standing.release)
        tags = {"plumbline.live": "live" if live else "", "mlflow.linkedPrompts": _linked(release)}
        if release is not None:
            tags["plumbline.model_version"], tags["plumbline.mark"] = release.version, release.mark.value
        if mine:
            tags[NOTE] = release_note(standing.service, release, mine[-1], experiment, run_id)
        params = _params(release)
        new_tags = [RunTag(k, bounded(v)) for k, v in tags.items() if run.data.tags.get(k, "") != bounded(v)]
        new_params = [Param(k, param(v)) for k, v in params.items() if k not in run.data.params]
        if new_tags or new_params:
            self._client.log_batch(run_id, tags=new_tags, params=new_params)
        if live and run.info.status != "RUNNING":
            self._client.update_run(run_id, status="RUNNING")
        elif not live and run.info.status == "RUNNING":
            self._client.set_terminated(run_id, end_time=int(mine[-1].end.timestamp() * 1000) if mine else None)
        if mine and name in changed:
            self._client.log_text(run_id, storable(_page(standing, name, mine)), "report.html")

    def _show_service(self, experiment: str, standing: Standing) -> None:
        """Bring the service's row in the fleet up to date."""
        from mlflow.entities import Metric, RunTag

        fleet = self._fleet()
        key = f"service-{experiment}"
        found = self._find(fleet, key)
        tags = fleet_tags(standing, experiment) | {KEY: key}
        run = found or self._client.create_run(fleet, run_name=safe(standing.service))
        window, metrics = standing.newest, []
        if window is not None:
            moment = int(window.end.timestamp() * 1000)
            values = {
                "quality": standing.quality.value if standing.quality else None,
                "judge usd a day": standing.judge_usd_a_day,
            }
            step = int(window.start.timestamp() / (window.end - window.start).total_seconds())
            metrics = [Metric(name, value, moment, step) for name, value in values.items() if value is not None]
        self._client.log_batch(
            run.info.run_id, metrics=metrics, tags=[RunTag(name, bounded(value)) for name, value in tags.items()]
        )
        if found is None:
            self._client.set_terminated(run.info.run_id)

    def _fleet(self) -> str:
        known = self._client.get_experiment_by_name(FLEET)
        if known is not None:
            return str(known.experiment_id)
        experiment = self._make(FLEET)
        self._dress(experiment, fleet_views() | {NOTE: _FLEET_NOTE.format(link_to_view(experiment, SERVICES))})
        return experiment


def _linked(release: Release | None) -> str:
    """Return the tag by which MLflow shows a run's prompts."""
    prompt = release.configuration.prompt if release and release.configuration else None
    if not prompt:
        return ""
    name, version = prompt.removeprefix("prompts:/").rsplit("/", 1)
    return json.dumps([{"name": name, "version": version}])


def _params(release: Release | None) -> Mapping[str, str]:
    """Return what a release is made of, under the same names for each, so that two compare line by line."""
    made_of = release.configuration if release else None
    if made_of is None:
        return {}
    named_ones = {"model": made_of.model, "prompt": made_of.prompt, "endpoint": made_of.endpoint}
    # MLflow takes few characters in the names of parameters; people's settings may be called anything.
    settings = {f"parameters.{plain(name)}": json.dumps(value) for name, value in made_of.parameters.items()}
    return {name: value or "–" for name, value in named_ones.items()} | settings


def _page(standing: Standing, release: str, windows: Sequence[WindowReport]) -> str:
    """Return the page of a release's windows."""
    bad = worst(Verdict(window.verdict) for window in windows)
    newest = [window for window in windows if window.verdict == bad.value][-1]
    costs = [window.judge_usd for window in windows if window.judge_usd is not None]
    report = EvaluationReport(
        service=standing.service,
        verdict=bad.value,
        reasons=[f"{newest.start:%Y-%m-%d %H:%M}Z: {reason}" for reason in newest.reasons],
        actions=[words for words in standing.done if release in words.split()],
        windows=list(windows),
        judge=JudgeSpend(cost_usd=sum(costs) if costs else None),
    )
    return render_period(report, title=f"{standing.service} {release}")
