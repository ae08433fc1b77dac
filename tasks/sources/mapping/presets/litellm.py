"""Rows of LiteLLM's spend logs (table `LiteLLM_SpendLogs`, with prompts stored).

Times without a zone are UTC there. The proxy has no word for the served application or its release: map `service` and
`release` from what your calls put into `metadata`, such as `metadata.release`; else the registry says what was live.
"""

from tasks.sources.mapping.columns import Between, NotZero, Preset, When, paths

LITELLM = Preset(
    columns={
        "interaction_id": paths("request_id"),
        "timestamp": paths("startTime", "start_time"),
        "model": paths("model"),
        "prompt": paths("messages", "proxy_server_request.messages"),
        "response": paths("response"),
        "input_tokens": paths("prompt_tokens"),
        "output_tokens": paths("completion_tokens"),
        "latency_ms": (
            *paths("request_duration_ms"),
            Between("startTime", "endTime"),
            Between("start_time", "end_time"),
        ),
        "cost_usd": (NotZero("spend"),),
        "error": (When("status", frozenset({"failure"}), "metadata.error_information.error_message", "failed"),),
        "session_id": paths("session_id"),
    },
    naive_is_utc=True,
    messages_as_json=True,
    marks=("call_type", "proxy_server_request", "spend"),
)
"""One proxied request, one interaction."""
