"""Traces and observations exported from Langfuse, one a row.

Latency is in seconds there; times are UTC. Langfuse has no word for the served application: rows count as the service
asked for unless `columns` maps one (`metadata.service`). The release is the trace's `release`, else its `version`.
"""

from tasks.sources.mapping.columns import Between, NotZero, Preset, Scaled, When, paths

LANGFUSE = Preset(
    columns={
        "interaction_id": paths("id"),
        "timestamp": paths("startTime", "start_time", "timestamp"),
        "release": paths("release", "version"),
        "model": paths("model", "providedModelName", "provided_model_name"),
        "prompt": paths("input"),
        "response": paths("output"),
        "context": paths("metadata.context"),
        "reference": paths("expectedOutput", "expected_output"),
        "input_tokens": paths("usageDetails.input", "usage_details.input", "usage.input", "promptTokens", "inputUsage"),
        "output_tokens": paths(
            "usageDetails.output", "usage_details.output", "usage.output", "completionTokens", "outputUsage"
        ),
        "latency_ms": (
            Scaled("latency", 1000),
            Between("startTime", "endTime"),
            Between("start_time", "end_time"),
        ),
        "cost_usd": tuple(
            NotZero(path)
            for path in ("costDetails.total", "cost_details.total", "calculatedTotalCost", "totalCost", "total_cost")
        ),
        "error": (
            When("level", frozenset({"ERROR"}), "statusMessage", "failed"),
            When("level", frozenset({"ERROR"}), "status_message", "failed"),
        ),
        "session_id": paths("sessionId", "session_id"),
    },
    naive_is_utc=True,
    messages_as_json=True,
    marks=(
        *("usageDetails", "usage_details", "costDetails", "cost_details", "calculatedTotalCost", "statusMessage"),
        *("providedModelName", "traceId", "projectId", "htmlPath"),
    ),
)
"""One generation or trace, one interaction."""
