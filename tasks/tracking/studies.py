"""Comparisons, calibrations and plans in MLflow: one run a study, brought up to date in place."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import datetime
from typing import TYPE_CHECKING

from tasks.domain.errors import TrackingError
from tasks.domain.naming import safe, storable
from tasks.domain.study import Study
from tasks.registry import named
from tasks.tracking.note import note_of
from tasks.tracking.tags import KEY, NOTE, bounded, param
from tasks.tracking.tracker import Tracker

if TYPE_CHECKING:
    from mlflow.entities import Run

_BATCH = 900
"""Metrics in one request; MLflow takes 1,000."""


class Studies(Tracker):
    """Records studies in the experiment of their service."""

    def record_study(self, study: Study) -> str:
        """Record a study, or bring its run up to date; returns the run's id.

        Raises:
            TrackingError: when MLflow refuses or is gone.
        """
        from mlflow.entities import Metric, Param, RunTag

        with named(self.uri, TrackingError):
            experiment = self._experiment(study.service)
            found = self._find(experiment, _key(study))
            run = found or self._client.create_run(
                experiment, start_time=_ms(study.start), tags=_tags(study), run_name=safe(study.name)
            )
            run_id = str(run.info.run_id)
            known = {} if found is None else found.data.params
            params = [Param(name, param(value)) for name, value in study.params.items() if name not in known]
            tags = [RunTag(name, value) for name, value in _tags(study).items()] if found else []
            self._client.log_batch(run_id, params=params, tags=tags)
            points = [
                Metric(name, value, _ms(at), step)
                for name, values in study.metrics.items()
                for step, (at, value) in list(enumerate(values))[self._steps(run_id, found, name) :]
                if math.isfinite(value)
            ]
            for at in range(0, len(points), _BATCH):
                self._client.log_batch(run_id, metrics=points[at : at + _BATCH])
            if found:
                self._client.update_run(run_id, name=safe(study.name))
            for name, text in study.artifacts.items():
                self._client.log_text(run_id, storable(text), name)
            if study.finished:
                self._client.set_terminated(run_id, end_time=_ms(study.end))
            return run_id

    def _steps(self, run_id: str, found: Run | None, name: str) -> int:
        """Return how many values the run has of a metric: only what is new is added."""
        if found is None or name not in found.data.metrics:
            return 0
        return max(metric.step for metric in self._client.get_metric_history(run_id, name)) + 1


def _tags(study: Study) -> dict[str, str]:
    known = {
        "plumbline.kind": study.kind,
        "plumbline.service": study.service,
        "plumbline.window_start": study.start.isoformat(),
        "plumbline.window_end": study.end.isoformat(),
        KEY: _key(study),
        NOTE: note_of(study.text),
        "mlflow.source.name": "plumbline",
        "mlflow.source.type": "JOB",
    }
    return {name: bounded(value) for name, value in (known | dict(study.tags)).items() if value}


def _key(study: Study) -> str:
    return hashlib.sha256(json.dumps([study.kind, study.key]).encode()).hexdigest()[:32]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
