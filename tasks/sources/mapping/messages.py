"""Chat messages, content parts and retrieved passages as one text, for the formats that log them as JSON."""

from __future__ import annotations

from typing import Any

import msgspec

_decode = msgspec.json.Decoder().decode
# Where the formats keep text, in the order they are looked at: message content, OTel and OpenAI parts, LangChain
# documents.
_TEXT_KEYS = ("content", "parts", "text", "page_content", "output_text")
_LIST_KEYS = ("messages", "choices", "output", "documents")


def text_of(value: Any) -> str | None:
    r"""Return the text of a message, of a list of them, of content parts or of an OpenAI response; None if it has none.

    A single message gives its bare content; of several each is headed by its role.

    >>> text_of([{"role": "system", "content": "Be brief."}, {"role": "user", "parts": [{"content": "Hi"}]}])
    'system: Be brief.\n\nuser: Hi'
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _of_list(value)
    if not isinstance(value, dict):
        return None
    if value and all(str(key).isdigit() for key in value):  # messages by position, as dotted attributes nest them
        return _of_list(list(value.values()))
    for key in _LIST_KEYS:
        if isinstance(value.get(key), list):
            return _of_list(value[key])
    if isinstance(value.get("message"), dict):  # a choice of an OpenAI response
        return text_of(value["message"])
    for key in _TEXT_KEYS:
        if value.get(key) is not None:
            return text_of(value[key])
    if value.get("tool_calls"):
        return msgspec.json.encode(value["tool_calls"]).decode()
    return "" if any(key in value for key in _TEXT_KEYS) else None


def text_in_json(value: Any) -> Any:
    """Return the text of messages that are kept as JSON text; any other text stays as it is."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            found = _decode(value)
            text = text_of(found)
        except (msgspec.DecodeError, RecursionError):
            return value
        if not found:  # an empty list or object: nothing was kept
            return None
        return value if text is None else text
    return value


def _of_list(items: list[Any]) -> str | None:
    texts = [(item.get("role") if isinstance(item, dict) else None, text_of(item)) for item in items]
    if any(text is None for _, text in texts):
        return None
    if len(texts) > 1:
        return "\n\n".join(f"{role}: {text}" if role else str(text) for role, text in texts)
    return texts[0][1] if texts else ""
