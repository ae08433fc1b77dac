"""One request to the service and its response: a row of the logs after mapping."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its response, with the canonical names that `logs.columns` maps onto.

    Attributes:
        interaction_id: Names the interaction; a repeated one counts once.
        timestamp: When it happened; aware, UTC.
        service: The served application; None where the logs carry no such column (they are then of one service).
        release: The deployed version; None where the row has none (it is given the one live then).
        model: The model that answered.
        prompt: What was asked. Untrusted text.
        response: What was answered; empty only where the service answered nothing. Untrusted text.
        context: What the answer was to rest on (retrieved passages). Untrusted text.
        reference: A known right answer. Untrusted text.
        input_tokens: Tokens of the request.
        output_tokens: Tokens of the response.
        latency_ms: From request to the end of the response, in milliseconds.
        cost_usd: What the call cost, where the logs know it.
        feedback: The user's, from −1 (down) to 1 (up); None: not answered.
        error: Why the call failed, where it did; a failed call may have an empty response.
        segment: Kind of content (topic, tenant, language), for finer comparison.
        session_id: The conversation or user it belongs to.
    """

    interaction_id: str
    timestamp: datetime
    service: str | None = None
    release: str | None = None
    model: str | None = None
    prompt: str = ""
    response: str = ""
    context: str | None = None
    reference: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    latency_ms: float | None = None
    cost_usd: float | None = None
    feedback: float | None = None
    error: str | None = None
    segment: str | None = None
    session_id: str | None = None


CANONICAL_NAMES: tuple[str, ...] = Interaction.__struct_fields__
"""The left side of every column mapping."""

REQUIRED_NAMES: tuple[str, ...] = ("interaction_id", "timestamp", "prompt", "response")
"""Without these a row is no interaction (a failed call, one with `error`, may lack the response)."""
