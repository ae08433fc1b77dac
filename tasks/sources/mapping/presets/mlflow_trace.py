"""Traces of MLflow, as `mlflow_traces` writes them down: the info at the top, the root span's inputs and outputs below.

The gateway's traces hold a request's `messages` and `metadata` in the inputs, `choices` and `model` in the outputs; an
application's hold what it was called with and what it gave back. A trace without a release is given what was live then.
"""

from tasks.sources.mapping.columns import NotZero, Preset, When, paths

MLFLOW_TRACE = Preset(
    columns={
        "interaction_id": paths("trace_id"),
        "timestamp": paths("request_time"),
        "service": paths("tags.plumbline.service"),
        "release": paths("inputs.metadata.release", "tags.plumbline.release", "tags.release", "metadata.release"),
        "model": paths("outputs.model", "inputs.model"),
        "prompt": paths("inputs.messages", "inputs.question", "inputs.prompt", "inputs.query", "inputs"),
        "response": paths("outputs.choices", "outputs.response", "outputs.answer", "outputs"),
        "context": paths("inputs.context", "retrieved"),
        "reference": paths("inputs.reference", "tags.reference"),
        "input_tokens": paths("usage.input_tokens"),
        "output_tokens": paths("usage.output_tokens"),
        "latency_ms": paths("execution_ms"),
        "cost_usd": (NotZero("cost.total_cost"),),
        "feedback": paths("feedback"),
        "error": (When("state", frozenset({"ERROR"}), "failure", "failed"),),
        "session_id": paths("session"),
    },
    naive_is_utc=True,
    messages_as_json=True,
)
"""One trace, one interaction."""
