"""Where a run can be looked at."""

from __future__ import annotations

from tasks.registry import mlflow_uri


def link_to_run(experiment_id: str, run_id: str, uri: str | None = None) -> str | None:
    """Return the address of a run's page; None where MLflow is no server."""
    address = uri or mlflow_uri()
    if not address.startswith(("http://", "https://")):
        return None
    return f"{address.rstrip('/')}/#/experiments/{experiment_id}/runs/{run_id}"
