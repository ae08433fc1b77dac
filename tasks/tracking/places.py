"""Where MLflow is, and where a run can be looked at."""

from __future__ import annotations

import os

from tasks.domain.places import EMBEDDED_MLFLOW_URI


def embedded_uri() -> str:
    """Return the tracking URI that is in force: the environment's, else the embedded database."""
    return os.environ.get("MLFLOW_TRACKING_URI") or EMBEDDED_MLFLOW_URI


def link_to_run(experiment_id: str, run_id: str, uri: str | None = None) -> str | None:
    """Return the address of a run's page; None where MLflow is no server."""
    address = uri or embedded_uri()
    if not address.startswith(("http://", "https://")):
        return None
    return f"{address.rstrip('/')}/#/experiments/{experiment_id}/runs/{run_id}"
