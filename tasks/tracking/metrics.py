"""What a window is recorded as: metrics by name, and the JSON beside them."""

from __future__ import annotations

import json
import math
from dataclasses import asdict

from tasks.domain.evaluation import Evaluation
from tasks.domain.judgment import Judged
from tasks.domain.naming import cell

_EXCERPT = 2_000


def metrics_of(evaluation: Evaluation) -> dict[str, float]:
    """Return the window's metrics, grouped by a slash; what is not a finite number is left out."""
    summary = evaluation.summary
    found: dict[str, float | None] = {}
    for finding in evaluation.findings:
        found |= finding.metrics
    found |= {
        "volume/interactions": float(summary.rows),
        "volume/judged": float(summary.scored),
        "volume/quarantined": float(sum(summary.quarantined.values())),
        "cost/judge_usd": summary.judge.cost_usd,
        "evidence/family": evaluation.lines.warn,
        "evidence/rollback_family": evaluation.lines.rollback,
        "evidence/warn_line": evaluation.lines.warn_line,
        "evidence/rollback_line": evaluation.lines.rollback_line,
        "verdict/rank": float(evaluation.verdict.rank),
    }
    found |= {f"evidence/{monitor}": value for monitor, value in evaluation.evidence.items()}
    return {name: _readable(value) for name, value in found.items() if value is not None and math.isfinite(value)}


def _readable(value: float) -> float:
    """Five digits of what is measured, which fit a column of MLflow's tables; counts stay whole."""
    return float(value) if float(value).is_integer() else float(f"{value:.5g}")


def findings_json(evaluation: Evaluation) -> list[dict[str, object]]:
    """Return the findings as plain data."""
    return [asdict(finding) | {"verdict": finding.verdict.value} for finding in evaluation.findings]


def evidence_json(evaluation: Evaluation) -> dict[str, object]:
    """Return what the verdict rests on, as plain data without any text of users."""
    return {
        "service": evaluation.service,
        "release": evaluation.release,
        "window": [evaluation.window.start.isoformat(), evaluation.window.end.isoformat()],
        "config_hash": evaluation.config_hash,
        "verdict": evaluation.verdict.value,
        "reasons": list(evaluation.reasons),
        "baseline": evaluation.baseline,
        "not_measured": evaluation.not_measured,
        "log_evidence": evaluation.evidence,
        "lines": asdict(evaluation.lines),
        "settings": evaluation.settings,
        "rubric": evaluation.rubric,
    }


def judged_json(judged: tuple[Judged, ...]) -> str:
    """Return the judged sample as MLflow stores tables: what `mlflow.load_table` reads and the UI shows as one."""
    table = judged_table(judged)
    return json.dumps({"columns": list(table), "data": list(zip(*table.values(), strict=True))})


def judged_table(judged: tuple[Judged, ...]) -> dict[str, list[object]]:
    """Return the judged sample as columns, worst first, unscored last; long texts as excerpts, none a formula."""
    rows = sorted(judged, key=lambda one: (not one.judgment.scored, one.judgment.scores.get("quality", 0.0)))
    # MLflow shows four columns beside each other: what a person looks for comes first.
    return {
        "quality": [one.judgment.scores.get("quality") for one in rows],
        "reason": [_excerpt(one.judgment.reason) for one in rows],
        "prompt": [_excerpt(one.interaction.prompt) for one in rows],
        "response": [_excerpt(one.interaction.response) for one in rows],
        "context": [_excerpt(one.interaction.context or "") for one in rows],
        "toxicity": [one.judgment.scores.get("toxicity") for one in rows],
        "unscored": [one.judgment.cause.value if one.judgment.cause else "" for one in rows],
        "flags": [", ".join(one.judgment.flags) for one in rows],
        "interaction_id": [cell(one.interaction.interaction_id) for one in rows],
    }


def _excerpt(text: str) -> str:
    return cell(text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]} … ({len(text):,} characters)")
