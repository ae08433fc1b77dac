"""MLflow as people browse it: one run a release with its timeline, one run a window with all that explains it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

from sqlalchemy.exc import SQLAlchemyError

from tasks.domain.errors import TrackingError
from tasks.domain.evaluation import Evaluation
from tasks.domain.naming import storable
from tasks.registry import connect, named
from tasks.tracking.front_page import window_links
from tasks.tracking.metrics import evidence_json, findings_json, judged_json, metrics_of
from tasks.tracking.names import experiment_name, release_run_name, window_run_name
from tasks.tracking.note import note_of
from tasks.tracking.pages.report import render_report
from tasks.tracking.places import link_to_run
from tasks.tracking.tags import (
    KEY,
    NOTE,
    SUPERSEDED,
    bounded,
    params_of,
    release_key,
    release_tags,
    window_key,
    window_tags,
)
from tasks.tracking.timeline import Timeline, points_again
from tasks.tracking.views import service_views
from tasks.tracking.worst import record_worst, worst_of

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run


class Tracker:
    """Records evaluated windows.

    Args:
        client: MLflow's.
        uri: Where it is.
    """

    def __init__(self, client: MlflowClient, uri: str) -> None:
        self._client = client
        self.uri = uri
        self._experiments: dict[str, str] = {}
        self._timelines: dict[tuple[str, str], Timeline] = {}

    @classmethod
    def connect(cls, uri: str | None = None) -> Self:
        """Connect to MLflow: the given address, else MLFLOW_TRACKING_URI, else embedded below `.plumbline/`.

        Raises:
            TrackingError: when it does not answer, naming the address.
        """
        client, address = connect(uri, TrackingError)
        return cls(client, address)

    def record(self, evaluation: Evaluation, *, resume: bool = False) -> str:
        """Record a window; returns the id of its run.

        Args:
            evaluation: The window.
            resume: Whether a run may exist already, from a crash or an earlier try: it is then completed or replaced in
                place, never doubled. So is one of a store that was lost.

        Raises:
            TrackingError: when MLflow refuses or is gone; a run that was begun is then marked as failed.
        """
        from mlflow.exceptions import MlflowException

        with named(self.uri, TrackingError):
            experiment = self._experiment(evaluation.service)
            timeline = self._timeline(experiment, evaluation)
            # A store that was lost or moved knows of no run; the release's timeline does.
            found = self.find_run(evaluation) if resume or timeline.has(evaluation.number) else None
            run_id = found.info.run_id if found else self._begin(experiment, evaluation, timeline.run_id)
            try:
                self._fill(run_id, evaluation, timeline, found)
            except BaseException:
                # Where MLflow is gone this fails too; what was raised first is what is told.
                with suppress(MlflowException, SQLAlchemyError, OSError):
                    self._client.set_terminated(run_id, status="FAILED")
                raise
            return run_id

    def attach(self, run_id: str, name: str, content: bytes) -> None:
        """Put a file beside a run's others; one of that name is replaced.

        Raises:
            TrackingError: when MLflow refuses or is gone.
        """
        with named(self.uri, TrackingError), TemporaryDirectory() as place:
            file = Path(place) / name
            file.write_bytes(content)
            self._client.log_artifact(run_id, str(file))

    def fetch(self, run_id: str, name: str) -> str:
        """Return the text of a run's file.

        Raises:
            TrackingError: when MLflow refuses or is gone.
        """
        with named(self.uri, TrackingError), TemporaryDirectory() as place:
            return Path(self._client.download_artifacts(run_id, name, place)).read_text()

    def show_worst(self, run_id: str, evaluation: Evaluation) -> int:
        """Record the worst interactions of a window as traces of its run; returns how many.

        Raises:
            TrackingError: when MLflow refuses or is gone.
        """
        judge = evaluation.summary.judge
        with named(self.uri, TrackingError):
            experiment = self._experiment(evaluation.service)
            worst = worst_of(evaluation.judged)
            return record_worst(self.uri, experiment, run_id, worst, judge.model or judge.provider)

    def supersede(self, run_id: str, by: str | None = None) -> None:
        """Mark the run of a verdict that another takes the place of: it is kept, out of every view.

        Args:
            run_id: The old run.
            by: The run of the same window under other settings. The old one is then still the window's under its own;
                None: the window is evaluated again under the same, and the old one is found no more.
        """
        from mlflow.entities import RunTag

        with named(self.uri, TrackingError):
            run = self._client.get_run(run_id)
            if run.data.tags.get("plumbline.kind") == SUPERSEDED:
                return
            tags = {"plumbline.kind": SUPERSEDED, "plumbline.superseded": "true"}
            tags |= {"plumbline.superseded_by": by} if by else {KEY: "superseded"}
            self._client.update_run(run_id, name=f"{run.info.run_name} (superseded)")
            self._client.log_batch(run_id, tags=[RunTag(name, value) for name, value in tags.items()])

    def find_run(self, evaluation: Evaluation) -> Run | None:
        """Return the run of this very window and configuration, if there is one that was not superseded."""
        return self._find(self._experiment(evaluation.service), window_key(evaluation))

    def link(self, service: str, run_id: str) -> str | None:
        """Return the address of a run's page; None where MLflow is no server."""
        return link_to_run(self._experiment(service), run_id, self.uri)

    def _experiment(self, service: str) -> str:
        if service not in self._experiments:
            name = experiment_name(service)
            known = self._client.get_experiment_by_name(name)
            experiment = known.experiment_id if known else self._make(name)
            self._dress(experiment, {k: v for k, v in service_views().items() if not known or k not in known.tags})
            self._experiments[service] = experiment
        return self._experiments[service]

    def _dress(self, experiment: str, tags: Mapping[str, str]) -> None:
        """Give an experiment its saved views; what people changed in one stays."""
        for name, value in tags.items():
            self._client.set_experiment_tag(experiment, name, value)

    def _make(self, name: str) -> str:
        from mlflow.exceptions import MlflowException

        place = None
        if self.uri.startswith("sqlite:///"):
            place = (Path(self.uri.removeprefix("sqlite:///")).resolve().parent / "mlartifacts" / name).as_uri()
        try:
            experiment: str = self._client.create_experiment(name, artifact_location=place)
        except MlflowException:
            known = self._client.get_experiment_by_name(name)  # another run was quicker
            if known is None:
                raise
            return str(known.experiment_id)
        return experiment

    def _find(self, experiment: str, key: str) -> Run | None:
        runs = self._client.search_runs([experiment], f"tags.`{KEY}` = '{key}'", max_results=1)
        return runs[0] if runs else None

    def _timeline(self, experiment: str, evaluation: Evaluation) -> Timeline:
        key = (evaluation.service, evaluation.release)
        if key not in self._timelines:
            run = self._find(experiment, release_key(evaluation)) or self._client.create_run(
                experiment,
                start_time=_milliseconds(evaluation),
                tags=release_tags(evaluation),
                run_name=release_run_name(evaluation),
            )
            self._timelines[key] = Timeline(self._client, run.info.run_id)
        return self._timelines[key]

    def _begin(self, experiment: str, evaluation: Evaluation, release_run: str) -> str:
        run = self._client.create_run(
            experiment,
            start_time=_milliseconds(evaluation),
            tags=window_tags(evaluation, release_run),
            run_name=window_run_name(evaluation),
        )
        return str(run.info.run_id)

    def _fill(self, run_id: str, evaluation: Evaluation, timeline: Timeline, found: Run | None) -> None:
        from mlflow.entities import Metric, Param, RunTag

        moment, metrics = int(evaluation.window.end.timestamp() * 1000), metrics_of(evaluation)
        params, tags = params_of(evaluation), {NOTE: self._note(evaluation, run_id, timeline.run_id)}
        points = [Metric(name, value, moment, evaluation.number) for name, value in metrics.items()]
        if found:
            # Parameters are written once in MLflow; a run left by a crash may lack them.
            params = {name: value for name, value in params.items() if name not in found.data.params}
            tags |= window_tags(evaluation, timeline.run_id)
            points = points_again(self._client, run_id, metrics, evaluation.number, moment)
        self._client.log_batch(
            run_id,
            metrics=points,
            params=[Param(name, value) for name, value in params.items()],
            tags=[RunTag(name, value) for name, value in tags.items()],
        )
        if found:
            self._client.update_run(run_id, name=window_run_name(evaluation))
        with TemporaryDirectory() as place:
            for name, text in _artifacts(evaluation).items():
                (Path(place) / name).write_text(storable(text), encoding="utf-8")
            # All at once: for each call MLflow reads the run anew to find where its artifacts lie.
            self._client.log_artifacts(run_id, place)
        self._client.set_terminated(run_id, end_time=moment)
        timeline.add(evaluation, metrics, run_id)

    def _note(self, evaluation: Evaluation, run_id: str, release_run: str) -> str:
        """The verdict, and where to go on from it."""
        experiment = self._experiment(evaluation.service)
        links = window_links(experiment, run_id, release_run, evaluation.flow_run_url, evaluation.verdict)
        headline, _, rest = note_of(evaluation.text).partition("\n")
        return bounded("\n\n".join(part for part in (headline, links, rest.strip("\n")) if part))


def _artifacts(evaluation: Evaluation) -> dict[str, str]:
    texts = {
        "report.html": render_report(evaluation),
        "findings.json": json.dumps(findings_json(evaluation), indent=1, default=str),
        "evidence.json": json.dumps(evidence_json(evaluation), indent=1, default=str),
    }
    return texts | ({"judged.json": judged_json(evaluation.judged)} if evaluation.judged else {})


def _milliseconds(evaluation: Evaluation) -> int:
    return int(evaluation.window.start.timestamp() * 1000)
