"""Spans under the OpenTelemetry semantic conventions for generative AI, one a row.

Names before 1.27 (`gen_ai.usage.prompt_tokens`, `gen_ai.prompt`) and since (`gen_ai.usage.input_tokens`,
`gen_ai.input.messages`); attributes below `attributes` or at the top, flat with dots, nested, or as OTLP's list.
Spans that are not calls of a model (tools, retrieval) lack messages: filter them out before, or they are quarantined.
"""

from tasks.sources.mapping.columns import Between, Column, Preset, Scaled, When, paths

_STARTS = ("start_time_unix_nano", "startTimeUnixNano", "start_time", "startTime", "timestamp")
_ENDS = ("end_time_unix_nano", "endTimeUnixNano", "end_time", "endTime")
# Status codes: OTLP's number, its name, and the short one of the SDKs' console exporter.
_FAILED = frozenset({2, "2", "STATUS_CODE_ERROR", "ERROR", "Error"})


def _attribute(*names: str) -> tuple[Column, ...]:
    return paths(*(f"{place}{name}" for name in names for place in ("attributes.", "")))


def _resource(name: str) -> tuple[Column, ...]:
    return paths(f"resource.attributes.{name}", f"resource.{name}", f"attributes.{name}", name)


OTEL_GENAI = Preset(
    columns={
        "interaction_id": paths("span_id", "spanId", "context.span_id", "gen_ai.response.id"),
        "timestamp": paths(*_STARTS),
        "service": _resource("service.name"),
        "release": _resource("service.version"),
        "model": _attribute("gen_ai.response.model", "gen_ai.request.model"),
        "prompt": _attribute("gen_ai.input.messages", "gen_ai.prompt", "gen_ai.prompt.0.content"),
        "response": _attribute("gen_ai.output.messages", "gen_ai.completion", "gen_ai.completion.0.content"),
        "context": _attribute("gen_ai.retrieval.documents"),
        "input_tokens": _attribute("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
        "output_tokens": _attribute("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
        "latency_ms": (
            *paths("duration_ms"),
            Scaled("duration_ns", 1e-6),
            *(Between(start, end) for start, end in zip(_STARTS, _ENDS, strict=False)),
        ),
        "cost_usd": _attribute("gen_ai.usage.cost"),
        "error": (
            *_attribute("error.message", "error.type"),
            When("status.code", _FAILED, "status.message", "failed"),
            When("status.status_code", _FAILED, "status.description", "failed"),
            When("status_code", _FAILED, "status_message", "failed"),
        ),
        "session_id": _attribute("gen_ai.conversation.id", "session.id"),
    },
    naive_is_utc=True,
    messages_as_json=True,
    otlp_lists=True,
    marks=("gen_ai", "attributes.gen_ai"),
)
"""One span, one interaction."""
