"""A release's run: the histories of its metrics, one point a window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tasks.domain.evaluation import Evaluation
from tasks.tracking.note import note_of
from tasks.tracking.tags import NOTE

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

_EACH_WINDOW_HAS = "verdict/rank"


class Timeline:
    """The run of one release.

    Args:
        client: MLflow's.
        run_id: The release's run.
    """

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        self._client = client
        self.run_id = run_id
        self._steps = {metric.step for metric in client.get_metric_history(run_id, _EACH_WINDOW_HAS)}

    def has(self, step: int) -> bool:
        """Whether a window was recorded there, by whichever store and settings."""
        return step in self._steps

    def add(self, evaluation: Evaluation, metrics: Mapping[str, float], window_run: str) -> None:
        """Add a window's points; what stands there already stays single.

        MLflow keeps histories for ever. Where a window is evaluated again, only values that changed get a further
        point, a millisecond later, so that the newest counts as the latest.
        """
        from mlflow.entities import Metric, RunTag

        step, moment = evaluation.number, int(evaluation.window.end.timestamp() * 1000)
        if step in self._steps:
            points = points_again(self._client, self.run_id, metrics, step, moment)
        else:
            points = [Metric(name, value, moment, step) for name, value in metrics.items()]
        tags = []
        if not self._steps or step >= max(self._steps):
            tags = [
                RunTag("plumbline.verdict", evaluation.verdict.value),
                RunTag("plumbline.once_in", evaluation.once_in),
                RunTag("plumbline.newest_window_run", window_run),
                RunTag(NOTE, note_of(evaluation.text)),
            ]
        self._client.log_batch(self.run_id, metrics=points, tags=tags)
        self._steps.add(step)


def points_again(
    client: MlflowClient, run_id: str, metrics: Mapping[str, float], step: int, moment: int
) -> list[Metric]:
    """Return what to add where points of this step may stand already: the missing ones, and those that changed."""
    from mlflow.entities import Metric

    added = []
    for name, value in metrics.items():
        points = [point for point in client.get_metric_history(run_id, name) if point.step == step]
        newest = max(points, key=lambda point: point.timestamp, default=None)
        if newest is None or newest.value != value:
            added.append(Metric(name, value, newest.timestamp + 1 if newest else moment, step))
    return added
