"""What people call the columns of their logs, by canonical name: how well a name suits, whatever the values."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from tasks.sources.guessing.names_abroad import MAY_MEAN_ABROAD, MEANS_ABROAD

_MEANS = {
    "interaction_id": (
        "request_id trace_id span_id call_id message_id completion_id response_id generation_id event_id log_id row_id"
    ),
    "timestamp": (
        "created_at request_time start_time started_at event_time datetime occurred_at logged_at time_utc "
        "created request_timestamp requested_at ts"
    ),
    "service": "service_name application app app_name bot bot_name assistant",
    "release": (
        "release_name version release_version app_version bot_version deployment_version prompt_version "
        "build model_version service_version deployed_version"
    ),
    "model": "model_name llm llm_model engine served_model gen_ai_response_model",
    "prompt": (
        "question query user_input input_text request_text user_message user_prompt instruction messages "
        "prompt_text user_question user_query input"
    ),
    "response": (
        "answer completion output_text response_text generated_text assistant_message reply bot_response "
        "model_output llm_response final_answer generation output choices"
    ),
    "context": ("contexts retrieved_context documents retrieved_documents passages chunks knowledge sources retrieved"),
    "reference": (
        "expected_output expected_answer ground_truth reference_answer gold_answer golden ideal correct_answer"
    ),
    "input_tokens": (
        "prompt_tokens tokens_in input_token_count prompt_token_count n_input_tokens tokens_prompt num_input_tokens"
    ),
    "output_tokens": (
        "completion_tokens tokens_out output_token_count completion_token_count n_output_tokens "
        "tokens_completion response_tokens num_output_tokens"
    ),
    "latency_ms": (
        "latency duration_ms response_time_ms latency_s latency_sec latency_seconds duration_s "
        "duration_seconds response_time elapsed_ms elapsed total_time_ms latency_millis"
    ),
    "cost_usd": "cost total_cost price_usd spend cost_dollars usd cost_cents",
    "feedback": "user_feedback thumbs thumb vote user_rating user_score",
    "error": "error_message exception error_type failure failure_reason err is_error failed",
    "segment": "topic language lang locale tenant category intent domain region",
    "session_id": "conversation_id thread_id chat_id dialog_id session conversation",
}
"""By canonical name: what means it and nothing else."""

_MAY_MEAN = {
    "interaction_id": "id uuid guid key",
    "timestamp": "time date at when received_at end_time completed_at updated_at",
    "service": "product project model_id system name",
    "release": "deployment revision variant commit git_sha tag ver rel",
    "model": "model_id deployment_name",
    "prompt": "request text ask message user utterance inputs",
    "response": "result text assistant content outputs message",
    "context": "docs",
    "reference": "expected target label gold",
    "input_tokens": "tokens_input in_tokens",
    "output_tokens": "tokens_output out_tokens",
    "latency_ms": "duration took_ms took time_ms runtime ms seconds",
    "cost_usd": "price",
    "feedback": "rating reaction liked helpful",
    "error": "status_message",
    "segment": "type kind customer channel",
    "session_id": "user_id user thread",
}
"""By canonical name: what may mean it."""

UNITS = {
    "latency_ms": {"s": 1000.0, "sec": 1000.0, "secs": 1000.0, "second": 1000.0, "seconds": 1000.0,
                   "sek": 1000.0, "sekunden": 1000.0, "secondes": 1000.0, "segundos": 1000.0,
                   "us": 0.001, "micros": 0.001, "ns": 1e-6, "nanos": 1e-6,
                   "min": 60_000.0, "minutes": 60_000.0, "minuten": 60_000.0, "minutos": 60_000.0},
    "cost_usd": {"cents": 0.01, "cent": 0.01},
}  # fmt: skip
"""By the last word of a column's name: what its numbers are multiplied by."""

_WITHIN = frozenset({"interaction_id", "timestamp", "prompt", "response", "context"})
"""Whose possible names count within longer ones too (`msg_uuid`), because values tell the rest."""

_CERTAIN, _POSSIBLE, _AMONG_OTHERS = 0.9, 0.5, 0.8


def suits(name: str, path: str) -> float:
    """Return how well a column's name suits a canonical one: 1 the same, 0 not at all.

    >>> suits("prompt", "Prompt"), suits("prompt", "payload.question"), suits("prompt", "latency")
    (1.0, 0.855, 0.0)
    """
    whole, leaf = words(path), words(path.rpartition(".")[2])
    if name in (whole, leaf):
        return 1.0 if name == whole else 0.95
    return max(_suits(name, whole), 0.95 * _suits(name, leaf))


def _suits(name: str, called: str) -> float:
    certain, possible = _names(name)
    if called in certain:
        return _CERTAIN
    if called in possible:
        return _POSSIBLE
    parts = set(called.split("_"))
    if any(set(known.split("_")) <= parts for known in (name, *certain)):
        return _CERTAIN * _AMONG_OTHERS
    within = name in _WITHIN and any(set(known.split("_")) <= parts for known in possible)
    return _POSSIBLE * _AMONG_OTHERS if within else 0.0


def words(path: str) -> str:
    """Return a name in small letters without accents, with `_` between its words.

    >>> words("requestText.v1"), words("Created At"), words("latencyMS"), words("Réponse")
    ('request_text_v1', 'created_at', 'latency_ms', 'reponse')
    """
    bare = "".join(one for one in unicodedata.normalize("NFKD", path) if not unicodedata.combining(one))
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", bare.replace("ß", "ss"))
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def unit_of(name: str, path: str) -> float | None:
    """Return what a column's name says its numbers are to be multiplied by; None where it says nothing."""
    return UNITS.get(name, {}).get(words(path).rpartition("_")[2])


@lru_cache(maxsize=64)
def _names(name: str) -> tuple[frozenset[str], frozenset[str]]:
    return (
        frozenset(f"{_MEANS[name]} {MEANS_ABROAD.get(name, '')}".split()),
        frozenset(f"{_MAY_MEAN[name]} {MAY_MEAN_ABROAD.get(name, '')}".split()),
    )
