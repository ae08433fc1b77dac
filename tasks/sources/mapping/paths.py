"""Dotted paths into rows: the literal key first, then nesting.

Exporters disagree on whether `gen_ai.request.model` is one key or three levels; a path finds both, and also looks into
JSON kept as text (a column of a CSV file), into lists by position, and into OTLP's lists of `{"key", "value"}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

MISSING: Any = object()
"""What `find` returns where there is nothing: None is a value."""

_decode = msgspec.json.Decoder().decode
# Resource, scope, span, event, attribute: exporters nest less; a hostile row may nest as deep as JSON is decoded.
_SPAN_DEPTH = 32


def find(row: Mapping[str, Any], path: str) -> Any:
    """Return what stands at the path, or `MISSING`.

    >>> find({"a.b": 1, "a": {"b": 2}}, "a.b"), find({"a": {"b.c": 3}}, "a.b.c")
    (1, 3)
    """
    if path in row:
        return row[path]
    at = path.find(".")
    while at >= 0:
        inner = _opened(row.get(path[:at]))
        if inner is not None:
            found = find(inner, path[at + 1 :])
            if found is not MISSING:
                return found
        at = path.find(".", at + 1)
    return MISSING


def _opened(value: Any) -> Mapping[str, Any] | None:
    """Return a value as something with keys, or None."""
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and value[:1] in "{[":
        try:
            value = _decode(value)
        except (msgspec.DecodeError, RecursionError):
            return None
        if isinstance(value, dict):
            return value
    if isinstance(value, list):
        return _keyed(value) or {str(position): item for position, item in enumerate(value)}
    return None


def _keyed(value: list[Any]) -> dict[str, Any] | None:
    """Return OTLP's list of `{"key", "value"}` as a dict; None for any other list."""
    if value and all(isinstance(item, dict) and "key" in item and "value" in item for item in value):
        return {str(item["key"]): _otlp_value(item["value"]) for item in value}
    return None


def with_keys(row: Mapping[str, Any], depth: int = _SPAN_DEPTH) -> dict[str, Any]:
    """Return an OTLP span with its lists of attributes as dicts, so that looking into them costs no search.

    Below `depth` levels everything stays as it is.
    """
    opened: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, list):
            opened[key] = _keyed(value) or value
        else:
            opened[key] = with_keys(value, depth - 1) if depth > 1 and isinstance(value, dict) else value
    return opened


def _otlp_value(value: Any) -> Any:
    """Unwrap OTLP's `{"stringValue": "..."}`; 64-bit integers come as text there."""
    if isinstance(value, dict) and len(value) == 1:
        kind, inner = next(iter(value.items()))
        if kind == "arrayValue" and isinstance(inner, dict):
            return [_otlp_value(item) for item in inner.get("values", [])]
        if str(kind).endswith("Value"):
            return inner
    return value


def key_paths(row: Mapping[str, Any], depth: int = 4) -> list[str]:
    """Return the dotted paths of a row's keys, for telling the nearest to a misspelled one.

    >>> key_paths({"id": 1, "req": {"text": "x"}})
    ['id', 'req', 'req.text']
    """
    paths = []
    for key, value in row.items():
        paths.append(str(key))
        if isinstance(value, dict) and depth > 1:
            paths += [f"{key}.{inner}" for inner in key_paths(value, depth - 1)]
    return paths
