"""The worst judged interactions of a window as traces with the judge's scores: a run's "Traces" tab."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tasks.domain.interaction import Interaction
from tasks.domain.judgment import Judged
from tasks.domain.markdown import inert
from tasks.domain.naming import storable

if TYPE_CHECKING:
    from mlflow.entities import Assessment, Span, TraceInfo

WORST_SHOWN = 10
"""Enough to see what went wrong. Each takes MLflow a call of its own with two commits: 16 ms on an idle machine, 50 to
100 on a loaded disk. That is too much for every window, and cheap enough for those people look at."""

_EXCERPT = 4_000


def worst_of(judged: Sequence[Judged], most: int = WORST_SHOWN) -> list[Judged]:
    """Return the worst scored interactions of a sample, worst first."""
    scored = [one for one in judged if one.judgment.scored]
    scored.sort(key=lambda one: (one.judgment.scores.get("quality", 1.0), one.interaction.interaction_id))
    return scored[:most]


def record_worst(uri: str, experiment: str, run_id: str, judged: Sequence[Judged], judge: str) -> int:
    """Record interactions as traces of a window's run; recorded again they replace themselves.

    Args:
        uri: Of the tracking server.
        experiment: Id of the service's experiment.
        run_id: Of the window's run.
        judged: What is recorded; texts were masked where they were read.
        judge: Whose scores they are.

    Returns:
        How many were recorded.
    """
    from mlflow.tracing.client import TracingClient

    client = TracingClient(tracking_uri=uri)
    spans = []
    for one in judged:
        trace_id = _hash(run_id, one.interaction.interaction_id)
        client.start_trace(_trace(trace_id, experiment, run_id, one, judge))
        spans.append(_span(trace_id, one))
    if spans:
        client.log_spans(experiment, spans)
    return len(spans)


def _trace(trace_id: str, experiment: str, run_id: str, one: Judged, judge: str) -> TraceInfo:
    from mlflow.entities import TraceInfo, TraceLocation, TraceState

    interaction = one.interaction
    return TraceInfo(
        trace_id=f"tr-{trace_id}",
        trace_location=TraceLocation.from_experiment_id(experiment),
        request_time=int(interaction.timestamp.timestamp() * 1000),
        state=TraceState.ERROR if interaction.error else TraceState.OK,
        request_preview=_excerpt(interaction.prompt),
        response_preview=_excerpt(interaction.response),
        client_request_id=storable(interaction.interaction_id)[:50],
        execution_duration=_milliseconds(interaction),
        trace_metadata={"mlflow.sourceRun": run_id, "mlflow.trace_schema.version": "3"},
        tags={
            "mlflow.traceName": storable(interaction.release or "")[:200],
            "plumbline.interaction_id": storable(interaction.interaction_id)[:500],
        },
        assessments=_assessments(one, judge, run_id),
    )


def _assessments(one: Judged, judge: str, run_id: str) -> list[Assessment]:
    from mlflow.entities import AssessmentSource, Feedback

    source = AssessmentSource(source_type="LLM_JUDGE", source_id=judge)
    reason = inert(one.judgment.reason or "")[:1000]
    found: list[Assessment] = []
    for name, value in one.judgment.scores.items():
        feedback = Feedback(
            name=name,
            value=round(value, 4),
            rationale=reason,
            source=source,
            metadata={"mlflow.assessment.sourceRunId": run_id},
        )
        # An id of its own choice makes MLflow replace the score where a window is recorded again.
        feedback.assessment_id = f"a-{_hash(run_id, one.interaction.interaction_id, name)}"
        found.append(feedback)
    return found


def _span(trace_id: str, one: Judged) -> Span:
    """The interaction as MLflow shows it, with what the judge says beside it: its own panel of scores opens closed."""
    from mlflow.entities import Span

    interaction = one.interaction
    begins = int(interaction.timestamp.timestamp() * 1e9)
    asked = {"prompt": _excerpt(interaction.prompt)}
    if interaction.context:
        asked["context"] = _excerpt(interaction.context)
    attributes: dict[str, Any] = {
        "mlflow.traceRequestId": f"tr-{trace_id}",
        "mlflow.spanType": "CHAT_MODEL",
        "mlflow.spanInputs": asked,
        "mlflow.spanOutputs": {"response": _excerpt(interaction.response), "the judge says": _verdict(one)},
    }
    return Span.from_dict(
        {
            "trace_id": f"tr-{trace_id}",  # with its prefix: bare hex would be taken for base64
            "span_id": trace_id[:16],
            "parent_span_id": None,
            "name": "interaction",
            "start_time_unix_nano": begins,
            "end_time_unix_nano": begins + (_milliseconds(interaction) or 0) * 1_000_000,
            "status": {"code": "STATUS_CODE_ERROR" if interaction.error else "STATUS_CODE_OK", "message": ""},
            "attributes": {name: json.dumps(value) for name, value in attributes.items()},
            "events": [],
        }
    )


def _verdict(one: Judged) -> str:
    scores = ", ".join(f"{name} {value:.2f}" for name, value in one.judgment.scores.items())
    return _excerpt(f"{scores}. {one.judgment.reason or ''}".strip())


def _milliseconds(interaction: Interaction) -> int | None:
    return None if interaction.latency_ms is None else int(interaction.latency_ms)


def _excerpt(text: str) -> str:
    kept = inert(text)  # MLflow shows inputs, outputs and rationales as Markdown
    return kept if len(kept) <= _EXCERPT else f"{kept[:_EXCERPT]} …"


def _hash(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
