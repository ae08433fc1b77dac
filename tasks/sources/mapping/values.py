"""Single values of a row, made what the interaction says they are, or a fault that names the field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tasks.domain.naming import legible
from tasks.sources.mapping.messages import text_of
from tasks.sources.quarantine import Fault

_UP = frozenset({"up", "thumbs_up", "thumbsup", "thumbs up", "👍", "positive", "like", "liked", "good", "yes", "true"})
_DOWN = frozenset(
    {"down", "thumbs_down", "thumbsdown", "thumbs down", "👎", "negative", "dislike", "disliked", "bad", "no", "false"}
)
_UNANSWERED = frozenset({"", "none", "null"})

MOST = 2.0**53
"""No token, millisecond or dollar is counted beyond what a float holds exactly: sums stay finite."""


def text(name: str, value: Any) -> str | None:
    """Return text: messages and passages joined, numbers as written, lone surrogates replaced (no store takes them)."""
    if type(value) is str:  # nearly always
        return value if value.isascii() else _without_surrogates(value)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, bool) or (value is not None and not isinstance(value, str | int | float | list | dict)):
        raise Fault(f"wrong type: {name}", name)
    if value is None or value in ([], {}):
        return None
    try:
        found = str(value) if isinstance(value, int | float) else text_of(value)
    except RecursionError:  # JSON of some hundred levels: decoded in C, but no message
        raise Fault(f"nested too deeply: {name}", name) from None
    if found is None:
        raise Fault(f"wrong type: {name}", name)
    return _without_surrogates(found)


def _without_surrogates(found: str) -> str:
    try:
        found.encode()
    except UnicodeEncodeError:
        return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return found


def passages(name: str, value: Any) -> str | None:
    """Return text that may as well be absent: None where it is empty."""
    return text(name, value) or None


def label(name: str, value: Any) -> str | None:
    """Return a name or id as text, None where it is empty; whole numbers lose a `.0` that a table put there."""
    if type(value) is str:  # nearly always
        return text(name, value) or None
    if isinstance(value, list | dict | bool):
        raise Fault(f"wrong type: {name}", name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is not None and not isinstance(value, str | int | float | bytes):
        value = str(value)  # a UUID or Decimal of a table
    return text(name, value) or None


def name(field: str, value: Any) -> str | None:
    """Return the name of a service or release, None where it is empty; one that cannot be told by sight is a fault."""
    found = label(field, value)
    if found is not None and not legible(found):
        raise Fault(f"illegible {field}", field)
    return found


def failure(name: str, value: Any) -> str | None:
    """Return why the call failed: the text of an error, of an error object, of a bare flag; None where it did not."""
    if value is None or value is False or value in ("", 0, [], {}):
        return None
    if value is True:
        return "failed"
    if isinstance(value, dict):
        value = next((value[key] for key in ("message", "type", "code") if value.get(key)), "failed")
    return text(name, value) or None


def number(name: str, value: Any) -> float | None:
    """Return a number from 0 to 2^53, also from text; None where there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise Fault(f"wrong type: {name}", name)
    try:
        amount = float(value)
    except (ValueError, OverflowError):
        raise Fault(f"bad number: {name}", name) from None
    if not 0 <= amount <= MOST:
        raise Fault(f"bad number: {name}", name)
    return amount


def count(name: str, value: Any) -> int | None:
    """Return a whole number from 0 up, also from text; None where there is none."""
    amount = number(name, value)
    if amount is None:
        return None
    if not amount.is_integer():
        raise Fault(f"bad number: {name}", name)
    return int(amount)


def feedback(name: str, value: Any) -> float | None:
    """Return feedback from −1 to 1: up and down in their spellings, a bool, or a number in that range."""
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _UNANSWERED:
            return None
        if word in _UP or word in _DOWN:
            return 1.0 if word in _UP else -1.0
        try:
            value = float(word)
        except ValueError:
            raise Fault(f"wrong type: {name}", name) from None
    if value is None:
        return None
    if isinstance(value, bool):
        return 1.0 if value else -1.0
    if not isinstance(value, int | float):
        raise Fault(f"wrong type: {name}", name)
    if not -1 <= value <= 1:
        raise Fault(f"bad number: {name}", name)
    return float(value)
