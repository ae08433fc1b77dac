"""Tags and parameters of a run: what people filter by, and what the window was evaluated under."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tasks.domain.evaluation import Evaluation
from tasks.domain.naming import cell, storable
from tasks.domain.verdict import Verdict

NOTE = "mlflow.note.content"
KEY = "plumbline.key"
SUPERSEDED = "superseded window"
"""Kind of a window's run that another took the place of; views and links ask for kind `window` alone."""
COLOUR = "mlflow.runColor"
"""The dot before a run's name; MLflow would choose one by chance."""
COLOURS = {
    Verdict.PASS: "#1a7f37",
    Verdict.INCONCLUSIVE: "#8a63d2",
    Verdict.WARN: "#e08a00",
    Verdict.FAIL: "#c4232f",
}
_TAG_AT_MOST = 4_000  # of MLflow's 5,000 (8,000 in later versions)
_PARAM_AT_MOST = 500  # MLflow's own bound on some databases; the whole stands in evidence.json


def window_key(evaluation: Evaluation) -> str:
    """Return what finds a window's run: a hash, since a release's name may hold what no filter can quote."""
    return _key("window", evaluation.release, evaluation.window.start.isoformat(), evaluation.config_hash)


def release_key(evaluation: Evaluation) -> str:
    """Return what finds a release's run."""
    return _key("release", evaluation.release)


def window_tags(evaluation: Evaluation, release_run: str) -> dict[str, str]:
    """Return the tags of a window's run; what is not known has none."""
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
        "plumbline.once_in": evaluation.once_in,
        COLOUR: COLOURS[evaluation.verdict],
        KEY: window_key(evaluation),
        "mlflow.source.name": "plumbline",
        "mlflow.source.type": "JOB",
    }
    # MLflow reads this to show the table, and `mlflow.load_table` to find it.
    if evaluation.judged:
        known["mlflow.loggedArtifacts"] = json.dumps([{"path": "judged.json", "type": "table"}])
    return {name: bounded(value) for name, value in known.items() if value}


def release_tags(evaluation: Evaluation) -> dict[str, str]:
    """Return the tags a release's run is begun with."""
    return {
        "plumbline.kind": "release",
        "plumbline.service": bounded(evaluation.service),
        "plumbline.release": bounded(evaluation.release),
        KEY: release_key(evaluation),
        "mlflow.source.name": "plumbline",
        "mlflow.source.type": "JOB",
    }


def params_of(evaluation: Evaluation) -> dict[str, str]:
    """Return the settings the window was evaluated under, one level flattened, each bounded."""
    flat: dict[str, object] = {"baseline": evaluation.baseline}
    for name, chosen in evaluation.settings.items():
        if isinstance(chosen, dict):
            flat |= {f"{name}.{key}": value for key, value in chosen.items()}
        else:
            flat[name] = chosen
    return {
        name: param(value if isinstance(value, str) else json.dumps(value, default=str)) for name, value in flat.items()
    }


def param(value: str) -> str:
    """Return the value as a parameter may hold it; runs are exported as tables."""
    return cell(storable(value))[:_PARAM_AT_MOST]


def bounded(value: object) -> str:
    """Return the value as a tag may hold it; runs are exported as tables."""
    text = cell(storable(str(value)))
    return text if len(text) <= _TAG_AT_MOST + 900 else f"{text[:_TAG_AT_MOST]} …"


def _key(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
