"""Known formats, as their exporters write them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tasks.domain.interaction import Interaction
from tasks.domain.settings.logs import LogSource
from tasks.sources import read
from tasks.sources.mapping.presets import PRESETS
from tests.sources.rows_made import write

START = datetime(2026, 6, 1, tzinfo=UTC)


def only(tmp_path: Path, preset: str, *rows: Any, **settings: Any) -> Interaction:
    """Read the one interaction."""
    path = write(tmp_path / "a.jsonl", list(rows))
    reading = read({"path": str(path), "preset": preset, **settings}, START, START + timedelta(days=1))
    (one,) = reading
    assert not reading.quarantined
    return one


def test_every_preset_of_the_settings_has_a_table_and_each_maps_what_is_required() -> None:
    """The form and the catalog know the same names."""
    assert set(LogSource.model_fields["preset"].annotation.__args__) == set(PRESETS)
    for preset in PRESETS.values():
        assert {"interaction_id", "timestamp", "prompt", "response"} <= set(preset.columns)


NEW = {
    "gen_ai.response.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 12,
    "gen_ai.usage.output_tokens": 3,
    "gen_ai.conversation.id": "c1",
    "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Why?"}]}]',
    "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Because."}]}]',
}
OLD = {
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.prompt_tokens": 12,
    "gen_ai.usage.completion_tokens": 3,
    "session.id": "c1",
    "gen_ai.prompt": '[{"role":"user","content":"Why?"}]',
    "gen_ai.completion": '[{"role":"assistant","content":"Because."}]',
}
INDEXED = OLD | {"gen_ai.prompt": ..., "gen_ai.completion": ...}
INDEXED |= {"gen_ai.prompt.0.content": "Why?", "gen_ai.completion.0.content": "Because."}


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """Turn dots into levels."""
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        *levels, leaf = key.split(".")
        at = tree
        for level in levels:
            at = at.setdefault(level, {})
        at[leaf] = value
    return tree


def otlp(flat: dict[str, Any]) -> list[dict[str, Any]]:
    """Turn attributes into OTLP's list; 64-bit integers are text there."""
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in flat.items()
    ]


@pytest.mark.parametrize("attributes", [NEW, OLD, {k: v for k, v in INDEXED.items() if v is not ...}])
@pytest.mark.parametrize("shape", ["flat", "nested", "otlp", "top"])
def test_otel_spans_are_read_under_old_and_new_names_in_every_shape(
    tmp_path: Path, attributes: dict[str, Any], shape: str
) -> None:
    """Attributes flat with dots, as levels, as OTLP's list, and beside the span's own fields."""
    span: dict[str, Any] = {
        "spanId": "s1",
        "startTimeUnixNano": "1780272060000000000",
        "endTimeUnixNano": "1780272060250000000",
        "resource": {"attributes": {"service.name": "bot", "service.version": "1.4"}},
    }
    if shape == "top":
        span |= attributes
    else:
        span["attributes"] = {"flat": dict, "nested": nested, "otlp": otlp}[shape](attributes)
    one = only(tmp_path, "otel_genai", span)
    assert one == Interaction(
        interaction_id="s1",
        timestamp=START + timedelta(minutes=1),
        service="bot",
        release="1.4",
        model="gpt-4o",
        prompt="Why?",
        response="Because.",
        input_tokens=12,
        output_tokens=3,
        latency_ms=250.0,
        session_id="c1",
    )


def test_a_failed_otel_span_may_lack_its_output(tmp_path: Path) -> None:
    """Its status says why it failed."""
    span = {
        "span_id": "s1",
        "start_time": "2026-06-01T00:01:00.000000Z",
        "end_time": "2026-06-01T00:01:02Z",
        "attributes": {"gen_ai.prompt": "Why?"},
        "status": {"status_code": "ERROR", "description": "upstream gone"},
    }
    one = only(tmp_path, "otel_genai", span)
    assert (one.error, one.response, one.latency_ms) == ("upstream gone", "", 2000.0)


def test_langfuse_observations_are_read(tmp_path: Path) -> None:
    """Messages as objects, latency in seconds, cost where it is known."""
    one = only(
        tmp_path,
        "langfuse",
        {
            "id": "o1",
            "type": "GENERATION",
            "startTime": "2026-06-01T00:01:00.000Z",
            "endTime": "2026-06-01T00:01:01.500Z",
            "model": "gpt-4o",
            "version": "1.4",
            "input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}],
            "output": {"role": "assistant", "content": "Because."},
            "usageDetails": {"input": 12, "output": 3, "total": 15},
            "costDetails": {"total": 0.01},
            "level": "DEFAULT",
            "metadata": {"app": "bot"},
        },
        columns={"service": "metadata.app"},
    )
    assert (one.prompt, one.response) == ("system: Be brief.\n\nuser: Why?", "Because.")
    assert (one.latency_ms, one.cost_usd, one.input_tokens, one.output_tokens) == (1500.0, 0.01, 12, 3)
    assert (one.service, one.release, one.error) == ("bot", "1.4", None)


def test_langfuse_traces_are_read_from_one_json_array(tmp_path: Path) -> None:
    """As its export button writes them; a cost of 0 is one it does not know."""
    trace = {
        "id": "t1",
        "timestamp": "2026-06-01T00:01:00.000Z",
        "release": "1.4",
        "input": {"messages": [{"role": "user", "content": "Why?"}]},
        "output": "Because.",
        "latency": 1.5,
        "totalCost": 0,
        "sessionId": "c1",
    }
    path = tmp_path / "traces.json"
    for indent in (None, 2):
        path.write_text(json.dumps([trace, trace | {"id": "t2"}], indent=indent))
        first, second = read({"path": str(path), "preset": "langfuse"}, START, START + timedelta(days=1))
        assert (first.interaction_id, second.interaction_id) == ("t1", "t2")
        assert (first.prompt, first.latency_ms, first.cost_usd) == ("Why?", 1500.0, None)


def test_litellm_spend_logs_are_read(tmp_path: Path) -> None:
    """Messages and response as JSON text, times without a zone in UTC, spend 0 unknown."""
    spend = {
        "request_id": "r1",
        "startTime": "2026-06-01 00:01:00.000",
        "endTime": "2026-06-01 00:01:01.500",
        "model": "gpt-4o",
        "messages": json.dumps([{"role": "user", "content": "Why?"}]),
        "response": json.dumps({"id": "x", "choices": [{"index": 0, "message": {"content": "Because."}}]}),
        "prompt_tokens": 12,
        "completion_tokens": 3,
        "spend": 0.0,
        "status": "success",
        "metadata": {"release": "1.4"},
    }
    one = only(tmp_path, "litellm", spend, columns={"release": "metadata.release"})
    assert (one.prompt, one.response, one.latency_ms) == ("Why?", "Because.", 1500.0)
    assert (one.cost_usd, one.release, one.error) == (None, "1.4", None)
    failed = spend | {"status": "failure", "response": "{}", "spend": 0.02}
    one = only(tmp_path, "litellm", failed)
    assert (one.error, one.response, one.cost_usd) == ("failed", "", 0.02)


def test_a_litellm_row_without_stored_prompts_is_put_aside(tmp_path: Path) -> None:
    """The proxy writes an empty object when it does not keep them."""
    spend = {"request_id": "r1", "startTime": "2026-06-01T00:01:00Z", "messages": {}, "response": "{}"}
    path = write(tmp_path / "a.jsonl", [spend])
    reading = read({"path": str(path), "preset": "litellm"}, START, START + timedelta(days=1))
    assert not list(reading)
    assert reading.quarantined == {"missing prompt": 1}
    assert reading.quarantined_rows[0].fields == ("prompt", "response")
