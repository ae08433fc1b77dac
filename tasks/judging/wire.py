"""The chat completions protocol as far as a judge needs it: bodies encoded once, replies read into slim structs.

The client's own models are passed by: turning each request and reply into them costs more than sending it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tasks.domain.judgment import Cause
from tasks.judging.rubrics import Rubric

PATH = "/chat/completions"

Turns = Sequence[dict[str, str]]


class Message(msgspec.Struct, frozen=True):
    """What the judge said."""

    content: str | None = None
    refusal: str | None = None


class Choice(msgspec.Struct, frozen=True):
    """One answer and why it ended."""

    message: Message = Message()
    finish_reason: str | None = None


class PromptDetails(msgspec.Struct, frozen=True):
    """Tokens the provider had cached."""

    cached_tokens: int | None = None


class Usage(msgspec.Struct, frozen=True):
    """Tokens paid."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None


class Completion(msgspec.Struct, frozen=True):
    """A reply; `choices` is what makes it one."""

    choices: list[Choice]
    model: str | None = None
    system_fingerprint: str | None = None
    usage: Usage | None = None

    @property
    def served_by(self) -> str | None:
        """The model that answered, with its fingerprint where the endpoint names one."""
        if self.model is None:
            return None
        return f"{self.model} {self.system_fingerprint}" if self.system_fingerprint else self.model


_decoder = msgspec.json.Decoder(Completion)
_encoder = msgspec.json.Encoder()


def decode(body: bytes) -> Completion | None:
    """Return the reply, or None for a body that is none, such as a proxy's page."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def encode(fields: dict[str, Any]) -> bytes:
    """Return the request's body."""
    return _encoder.encode(fields)


def fields(model: str, turns: Turns, tokens: int, form: dict[str, Any] | None) -> dict[str, Any]:
    """Return a request; the fixed instructions come first, so that providers can cache them.

    Args:
        model: Who is asked.
        turns: The conversation.
        tokens: Of the reply, at most.
        form: The reply format; None: plain text.
    """
    request = {
        "model": model,
        "messages": turns,
        "temperature": 0,
        "seed": 0,
        "max_completion_tokens": tokens,
    }
    return request | {"response_format": form} if form else request


def forms(rubric: Rubric) -> list[dict[str, Any] | None]:
    """Return the reply formats in the order they are tried."""
    schema = {"name": "judgment", "strict": True, "schema": rubric.schema}
    return [{"type": "json_schema", "json_schema": schema}, {"type": "json_object"}, None]


def said(completion: Completion) -> tuple[str | None, Cause | None]:
    """Return (text, None), or (None, cause) for an answer without text."""
    if not completion.choices:
        return None, Cause.EMPTY
    choice = completion.choices[0]
    if choice.message.refusal:
        return None, Cause.REFUSED
    if choice.finish_reason == "content_filter":
        return None, Cause.FILTERED
    if choice.finish_reason == "length":
        return None, Cause.TRUNCATED
    return choice.message.content, None
