"""A row as a dict, of whatever format, to an interaction: repaired where that is no guess, else a fault with why."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Table
from typing import Any

from tasks.domain.interaction import Interaction
from tasks.sources.mapping import values
from tasks.sources.mapping.mapping import Mapping
from tasks.sources.mapping.messages import text_in_json
from tasks.sources.mapping.moments import moment_of
from tasks.sources.mapping.paths import MISSING, with_keys
from tasks.sources.quarantine import Fault, QuarantinedRow, digest_of

_READ: Table[str, Callable[[str, Any], Any]] = {
    "interaction_id": values.label,
    "service": values.name,
    "release": values.name,
    "model": values.label,
    "prompt": values.text,
    "response": values.text,
    "context": values.passages,
    "reference": values.passages,
    "input_tokens": values.count,
    "output_tokens": values.count,
    "latency_ms": values.number,
    "cost_usd": values.number,
    "feedback": values.feedback,
    "error": values.failure,
    "segment": values.label,
    "session_id": values.label,
}
_MESSAGES = ("prompt", "response")


class RowReader:
    """Reads rows under one mapping, one file at a time."""

    def __init__(self, mapping: Mapping, file: str) -> None:
        self._mapping = mapping
        self._file = file

    def read(self, row: Any, line: int, raw: bytes) -> Interaction | QuarantinedRow:
        """Return the row's interaction, or the row put aside with every field at fault.

        Args:
            row: The decoded row.
            line: Its line, for finding it again.
            raw: Its bytes, for recognizing it again.
        """
        if not isinstance(row, dict):
            return self.aside("not an object", line, raw)
        if self._mapping.preset.otlp_lists:
            row = with_keys(row)
        found: dict[str, Any] = {}
        faults: list[Fault] = []
        try:
            found["timestamp"] = moment_of(self._value(row, "timestamp"), naive_zone=self._mapping.naive_zone)
        except Fault as fault:
            faults.append(fault)
        for name, read in _READ.items():
            value = self._value(row, name)
            if value is not None:
                try:
                    found[name] = read(name, value)
                except Fault as fault:
                    faults.append(fault)
        faults = _missing(found, faults) + faults
        if not faults:
            return Interaction(**found)
        return QuarantinedRow(
            cause=faults[0].cause,
            file=self._file,
            line=line,
            digest=digest_of(raw),
            moment=found.get("timestamp"),
            fields=tuple(field for fault in faults for field in fault.fields),
            service=found.get("service"),
            release=found.get("release"),
        )

    def value(self, row: Table[str, Any], name: str) -> Any:
        """Return what the row has of that canonical name, whatever it is; None for nothing or an empty text."""
        value = self._value(with_keys(row) if self._mapping.preset.otlp_lists else row, name)
        return None if value == "" else value

    def aside(self, cause: str, line: int, raw: bytes) -> QuarantinedRow:
        """Put a row aside of which nothing can be read."""
        return QuarantinedRow(cause=cause, file=self._file, line=line, digest=digest_of(raw))

    def _value(self, row: Table[str, Any], name: str) -> Any:
        for place in self._mapping.columns.get(name, ()):
            value = place(row)
            if value is not MISSING and value is not None:
                if name in _MESSAGES and self._mapping.preset.messages_as_json:
                    value = text_in_json(value)
                return value
        return None


def _missing(found: dict[str, Any], faults: list[Fault]) -> list[Fault]:
    """Return a fault for each required value that is not there; a failed call may lack its response."""
    wrong = {field for fault in faults for field in fault.fields}
    missing = [name for name in ("interaction_id", "prompt", "response") if found.get(name) is None]
    if found.get("error") is not None and "response" in missing and "response" not in wrong:
        missing.remove("response")
        found["response"] = ""
    return [Fault(f"missing {name}", name) for name in missing if name not in wrong]
