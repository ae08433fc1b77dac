"""Where a canonical value stands in a row of some format: at a path, between two moments, as a part of another unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Protocol

from tasks.sources.mapping.moments import moment_of
from tasks.sources.mapping.paths import MISSING, find
from tasks.sources.quarantine import Fault


class Column(Protocol):
    """Finds one value in a row; returns `MISSING` where it is not there."""

    def __call__(self, row: Mapping[str, Any], /) -> Any:
        """Return the value, or `MISSING`."""


@dataclass(frozen=True, slots=True)
class Path:
    """At a dotted path."""

    path: str

    def __call__(self, row: Mapping[str, Any], /) -> Any:
        """Return the value, or `MISSING`."""
        return find(row, self.path)


@dataclass(frozen=True, slots=True)
class Scaled:
    """At a dotted path, in another unit."""

    path: str
    factor: float

    def __call__(self, row: Mapping[str, Any], /) -> Any:
        """Return the value in the canonical unit, or `MISSING`; what is no number stays as it is."""
        value = find(row, self.path)
        if isinstance(value, str):  # a table of text, such as CSV
            try:
                value = float(value)
            except ValueError:
                return value
        return value * self.factor if isinstance(value, int | float) and not isinstance(value, bool) else value


@dataclass(frozen=True, slots=True)
class NotZero:
    """At a dotted path of a format that writes 0 for what it does not know: unknown is unknown, never 0."""

    path: str

    def __call__(self, row: Mapping[str, Any], /) -> Any:
        """Return the value, None for 0, or `MISSING`."""
        value = find(row, self.path)
        return None if value in (0, "0") and value is not False else value


@dataclass(frozen=True, slots=True)
class Between:
    """Milliseconds from one moment to another."""

    start: str
    end: str

    def __call__(self, row: Mapping[str, Any], /) -> Any:
        """Return milliseconds, or `MISSING` where one of the moments cannot be read."""
        try:
            start, end = (moment_of(find(row, path), naive_zone=UTC) for path in (self.start, self.end))
        except Fault:
            return MISSING
        return (end - start).total_seconds() * 1000


@dataclass(frozen=True, slots=True)
class When:
    """Text at a path (or else a fixed one), where another path has one of some values: `level` is `ERROR`."""

    path: str
    values: frozenset[Any]
    text: str
    otherwise: str

    def __call__(self, row: Mapping[str, Any], /) -> Any:
        """Return the text, None where the condition does not hold, `MISSING` where there is nothing to ask."""
        value = find(row, self.path)
        if value is MISSING:
            return MISSING
        if isinstance(value, list | dict) or value not in self.values:
            return None
        found = find(row, self.text)
        return found if isinstance(found, str) and found else self.otherwise


@dataclass(frozen=True, slots=True)
class Preset:
    """A known log format.

    Attributes:
        columns: Where each canonical value stands; the first place that has one counts.
        naive_is_utc: Whether the format defines times without a zone as UTC.
        messages_as_json: Whether prompts and responses may be messages kept as JSON text.
        otlp_lists: Whether attributes may be lists of `{"key", "value"}`.
        marks: Paths that rows of this format have and others have not; one of them is enough to recognize it.
    """

    columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    naive_is_utc: bool = False
    messages_as_json: bool = False
    otlp_lists: bool = False
    marks: tuple[str, ...] = ()


def paths(*alternatives: str) -> tuple[Column, ...]:
    """Return columns at dotted paths, the first that has a value counts."""
    return tuple(Path(path) for path in alternatives)
