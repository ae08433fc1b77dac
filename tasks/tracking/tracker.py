"""MLflow as people browse it: one run a release with its timeline, one run a window with all that explains it."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.domain.errors import TrackingError
from tasks.domain.evaluation import Evaluation
from tasks.tracking.metrics import evidence_json, findings_json, judged_table, metrics_of
from tasks.tracking.names import experiment_name, release_run_name, safe, window_run_name
from tasks.tracking.note import note_of
from tasks.tracking.places import embedded_uri, link_to_run
from tasks.tracking.report import render_report

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_NOTE = "mlflow.note.content"


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
        self._release_runs: dict[tuple[str, str], str] = {}

    @classmethod
    def connect(cls, uri: str | None = None) -> Tracker:
        """Connect to MLflow: the given address, else MLFLOW_TRACKING_URI, else embedded below `.plumbline/`.

        Raises:
            TrackingError: when it does not answer, naming the address.
        """
        address = uri or embedded_uri()
        # A person waits: two tries, not MLflow's seven with growing pauses.
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        # Runs are made through a client from files that may lie outside any repository.
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
        for chatty in ("mlflow.store.db.utils", "alembic", "mlflow.tracking"):
            logging.getLogger(chatty).setLevel(logging.ERROR)
        if address.startswith("sqlite:///"):
            Path(address.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        from mlflow import MlflowClient

        with _named(address):
            client = MlflowClient(tracking_uri=address)
            client.search_experiments(max_results=1)
        return cls(client, address)

    def record(self, evaluation: Evaluation, *, resume: bool = False) -> str:
        """Record a window; returns the id of its run.

        Args:
            evaluation: The window.
            resume: Whether a run may exist already, from a crash or an earlier try: it is then completed or replaced in
                place, never doubled.

        Raises:
            TrackingError: when MLflow refuses or is gone; a run that was begun is then marked as failed.
        """
        with _named(self.uri):
            experiment = self._experiment(evaluation.service)
            release_run = self._release_run(experiment, evaluation)
            found = self.find_run(evaluation) if resume else None
            run_id = found.info.run_id if found else self._begin(experiment, evaluation, release_run)
            try:
                self._fill(run_id, evaluation, release_run, again=found is not None)
            except BaseException:
                self._client.set_terminated(run_id, status="FAILED")
                raise
            return run_id

    def supersede(self, run_id: str) -> None:
        """Mark the run of a verdict that is being replaced; it is kept."""
        with _named(self.uri):
            self._client.set_tag(run_id, "plumbline.superseded", "true")

    def find_run(self, evaluation: Evaluation) -> Run | None:
        """Return the run of this very window and configuration, if there is one that was not superseded."""
        experiment = self._experiment(evaluation.service)
        wanted = {
            "plumbline.kind": "window",
            "plumbline.release": evaluation.release,
            "plumbline.window_start": evaluation.window.start.isoformat(),
            "plumbline.config_hash": evaluation.config_hash,
        }
        runs = self._client.search_runs([experiment], _where(wanted), max_results=10)
        return next((run for run in runs if run.data.tags.get("plumbline.superseded") != "true"), None)

    def link(self, service: str, run_id: str) -> str | None:
        """Return the address of a run's page; None where MLflow is no server."""
        return link_to_run(self._experiment(service), run_id, self.uri)

    def _experiment(self, service: str) -> str:
        if service not in self._experiments:
            name = experiment_name(service)
            known = self._client.get_experiment_by_name(name)
            self._experiments[service] = known.experiment_id if known else self._create(service, name)
        return self._experiments[service]

    def _create(self, service: str, name: str) -> str:
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
        note = (
            "A run named by a time: Artifacts, report.html explains that window. "
            f"A run named {safe(service)}@release: Model metrics is its timeline. "
            "Filter: tags.`plumbline.verdict` = 'fail' and tags.`plumbline.kind` = 'window'."
        )
        self._client.set_experiment_tag(experiment, _NOTE, note)
        return experiment

    def _release_run(self, experiment: str, evaluation: Evaluation) -> str:
        key = (evaluation.service, evaluation.release)
        if key not in self._release_runs:
            wanted = {"plumbline.kind": "release", "plumbline.release": evaluation.release}
            known = self._client.search_runs([experiment], _where(wanted), max_results=1)
            if known:
                self._release_runs[key] = known[0].info.run_id
            else:
                tags = {"plumbline.service": evaluation.service} | wanted
                run = self._client.create_run(
                    experiment, start_time=_milliseconds(evaluation), tags=tags, run_name=release_run_name(evaluation)
                )
                self._release_runs[key] = run.info.run_id
        return self._release_runs[key]

    def _begin(self, experiment: str, evaluation: Evaluation, release_run: str) -> str:
        run = self._client.create_run(
            experiment,
            start_time=_milliseconds(evaluation),
            tags=_tags(evaluation, release_run),
            run_name=window_run_name(evaluation),
        )
        return str(run.info.run_id)

    def _fill(self, run_id: str, evaluation: Evaluation, release_run: str, *, again: bool) -> None:
        from mlflow.entities import Metric, Param, RunTag

        moment, step = int(evaluation.window.end.timestamp() * 1000), evaluation.number
        metrics = [Metric(name, value, moment, step) for name, value in metrics_of(evaluation).items()]
        params = [Param(name, _short(value)) for name, value in _params(evaluation).items()]
        tags = [RunTag(key, value) for key, value in _tags(evaluation, release_run).items()] if again else []
        self._client.log_batch(run_id, metrics=metrics, params=[] if again else params, tags=tags)
        if again:
            self._client.update_run(run_id, name=window_run_name(evaluation))
        self._client.log_text(run_id, render_report(evaluation), "report.html")
        self._client.log_text(run_id, json.dumps(findings_json(evaluation), indent=1, default=str), "findings.json")
        self._client.log_text(run_id, json.dumps(evidence_json(evaluation), indent=1, default=str), "evidence.json")
        if evaluation.judged and not again:
            self._client.log_table(run_id, judged_table(evaluation.judged), "judged.json")
        self._client.set_terminated(run_id, end_time=moment)
        self._client.log_batch(
            release_run,
            metrics=[] if again and self._in_timeline(release_run, step) else metrics,
            tags=[
                RunTag("plumbline.verdict", evaluation.verdict.value),
                RunTag("plumbline.newest_window_run", run_id),
                RunTag(_NOTE, note_of(evaluation.text)),
            ],
        )

    def _in_timeline(self, release_run: str, step: int) -> bool:
        history = self._client.get_metric_history(release_run, "verdict/rank")
        return any(metric.step == step for metric in history)


@contextmanager
def _named(address: str) -> Iterator[None]:
    """Turn what MLflow raises into one error that names the address; never a password in it."""
    from mlflow.exceptions import MlflowException

    try:
        yield
    except (MlflowException, OSError) as error:
        first = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
        raise TrackingError(
            f"MLflow at {_without_password(address)} cannot be used: {first}; start the server, or set "
            "MLFLOW_TRACKING_URI (unset, everything is recorded under .plumbline/)"
        ) from error


def _without_password(address: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    return address.replace(f":{parts.password}@", ":***@") if parts.password else address


def _where(tags: dict[str, str]) -> str:
    """Return a filter on tags, the values quoted by whichever quote they do not contain."""
    return " and ".join(f"tags.`{key}` = {_quoted(value)}" for key, value in tags.items())


def _quoted(value: str) -> str:
    return f'"{value}"' if "'" in value else f"'{value}'"


def _tags(evaluation: Evaluation, release_run: str) -> dict[str, str]:
    known: dict[str, Any] = {
        "plumbline.kind": "window",
        "plumbline.service": evaluation.service,
        "plumbline.release": evaluation.release,
        "plumbline.release_run": release_run,
        "plumbline.window_start": evaluation.window.start.isoformat(),
        "plumbline.window_end": evaluation.window.end.isoformat(),
        "plumbline.verdict": evaluation.verdict.value,
        "plumbline.config_hash": evaluation.config_hash,
        "plumbline.flow_run_id": evaluation.flow_run_id,
        "plumbline.judge_model": evaluation.summary.judge.model,
        "plumbline.rubric": evaluation.rubric,
        "plumbline.decision_id": evaluation.decision_id,
        _NOTE: note_of(evaluation.text),
    }
    return {name: str(value) for name, value in known.items() if value}


def _params(evaluation: Evaluation) -> dict[str, object]:
    flat: dict[str, object] = {"baseline": evaluation.baseline}
    for name, chosen in evaluation.settings.items():
        if isinstance(chosen, dict):
            flat |= {f"{name}.{key}": value for key, value in chosen.items()}
        else:
            flat[name] = chosen
    return flat


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text[:500]


def _milliseconds(evaluation: Evaluation) -> int:
    return int(evaluation.window.start.timestamp() * 1000)
