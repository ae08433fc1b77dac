"""Names in MLflow: services and releases come from logs and are not to be trusted."""

from __future__ import annotations

from tasks.domain.evaluation import Evaluation
from tasks.domain.naming import safe

FLEET = "plumbline fleet"
"""The experiment with a row a service; no service's can be called so: theirs begin with `plumbline/`."""


def experiment_name(service: str) -> str:
    """Return the experiment of a service."""
    return f"plumbline/{safe(service)}"


def release_run_name(evaluation: Evaluation) -> str:
    """Return the name of a release's run: its timeline."""
    return f"{safe(evaluation.service)}@{safe(evaluation.release)}"


def window_run_name(evaluation: Evaluation) -> str:
    """Return the name of a window's run: when, which release, what came out."""
    return f"{evaluation.window.start:%Y-%m-%dT%H:%MZ} {safe(evaluation.release)} {evaluation.verdict.value}"
