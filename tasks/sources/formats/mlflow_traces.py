"""Traces of an MLflow tracking server as rows: found page by page in the time asked for, each written down as JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

import msgspec

from tasks.domain.errors import SourceError
from tasks.domain.settings.logs import LogSource
from tasks.registry import connect, named

if TYPE_CHECKING:
    from mlflow.entities import Span, Trace

_PAGE = 200
_FEEDBACK = ("feedback", "user_feedback", "thumbs_up")
_encode = msgspec.json.Encoder(enc_hook=str).encode


def trace_pages(source: LogSource, since: datetime | None, until: datetime | None) -> Iterator[IO[bytes]]:
    """Yield the experiment's traces in time order, a page of JSON lines each.

    A trace whose spans have not arrived yet is left out: it comes late, as a row that was written late would.

    Args:
        source: Names the experiment.
        since: From here; None: from the first.
        until: Up to here; None: to the newest.

    Raises:
        SourceError: when the server does not answer or has no such experiment.
    """
    client, uri = connect(error=SourceError)
    with named(uri, SourceError):
        experiment = client.get_experiment_by_name(source.experiment or "")
        if experiment is None:
            raise SourceError(f"MLflow has no experiment {source.experiment!r}; logs.experiment names it exactly")
        token = None
        while True:
            page = client.search_traces(
                locations=[experiment.experiment_id],
                filter_string=_within(since, until),
                order_by=["timestamp_ms ASC"],
                max_results=_PAGE,
                page_token=token,
            )
            yield io.BytesIO(b"".join(_encode(_row(trace)) + b"\n" for trace in page if trace.data.spans))
            token = page.token
            if not token:
                return


def _within(since: datetime | None, until: datetime | None) -> str | None:
    bounds = [f"trace.timestamp_ms >= {int(since.timestamp() * 1000)}"] if since else []
    bounds += [f"trace.timestamp_ms < {int(until.timestamp() * 1000)}"] if until else []
    return " AND ".join(bounds) or None


def _row(trace: Trace) -> dict[str, Any]:
    info, spans = trace.info, trace.data.spans
    root = next((span for span in spans if span.parent_id is None), spans[0])
    metadata = dict(info.trace_metadata or {})
    return {
        "trace_id": info.trace_id,
        "request_time": info.request_time,
        "execution_ms": info.execution_duration,
        "state": str(getattr(info.state, "value", info.state)),
        "failure": root.status.description or "failed",
        "inputs": root.inputs,
        "outputs": root.outputs,
        "retrieved": _retrieved(spans),
        "usage": info.token_usage or {},
        "cost": _json(metadata.get("mlflow.trace.cost")),
        "session": metadata.get("mlflow.trace.session"),
        "metadata": _nested(metadata),
        "tags": _nested(dict(info.tags or {})),
        "feedback": _feedback(trace),
    }


def _retrieved(spans: list[Span]) -> Any:
    """What a retriever gave back is the context an answer is judged by."""
    return next((span.outputs for span in spans if span.span_type == "RETRIEVER"), None)


def _feedback(trace: Trace) -> Any:
    for assessment in trace.info.assessments or []:
        source = getattr(assessment.source, "source_type", None)
        value = getattr(assessment, "value", None)
        if source == "HUMAN" and assessment.name in _FEEDBACK and value is not None:
            return value
    return None


def _nested(flat: dict[str, str]) -> dict[str, Any]:
    """Give dotted names a level each, so that dotted paths find them; a name below another's value is left out."""
    nested: dict[str, Any] = {}
    for name, value in flat.items():
        *above, last = name.split(".")
        place: Any = nested
        for part in above:
            place = place.setdefault(part, {}) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place.setdefault(last, value)
    return nested


def _json(text: str | None) -> Any:
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return {}
