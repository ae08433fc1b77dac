"""What some rows hold at each path, and how well that suits each canonical name; values are looked at, never kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from statistics import fmean, median
from typing import Any

import msgspec

from tasks.sources.mapping import values
from tasks.sources.mapping.moments import moment_of
from tasks.sources.mapping.paths import with_keys
from tasks.sources.quarantine import Fault

_DEPTH = 4
_YEARS = range(2015, 2036)
"""Counts since 1970 that mean another year are ids or amounts."""

_FEW = 50
"""A service, a release, a model or a segment has fewer levels than this."""

_MANY, _VARIED = 100, 5
"""So many texts of which fewer are different say nothing; counted, not a share: a longer sample may not change it."""

_MESSAGE_KEYS = frozenset({"messages", "choices", "output", "documents", "content", "parts", "message"})
"""An object with one of these is a message or several: text as a whole, too."""

_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True)
class SeenColumn:
    """What was seen at one path.

    Attributes:
        path: Dotted.
        found: The values that are not empty.
        rows: Rows looked at, with or without a value.
    """

    path: str
    found: tuple[Any, ...]
    rows: int

    @property
    def filled(self) -> float:
        """Share of the rows that have a value."""
        return len(self.found) / self.rows if self.rows else 0.0

    def read(self, reader: Callable[[str, Any], Any]) -> list[Any]:
        """Return the values that a reader of `values` takes."""
        taken = []
        for value in self.found:
            try:
                taken.append(reader("column", value))
            except Fault:
                continue
        return [value for value in taken if value is not None]

    def share(self, taken: Sequence[Any]) -> float:
        """Return the share of the values that were taken."""
        return len(taken) / len(self.found) if self.found else 0.0


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[SeenColumn]:
    """Return every path of the rows with what was seen there, in the order of the rows' keys."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        for path, value in _leaves(with_keys(row), "", _DEPTH):
            seen = found.setdefault(path, [])
            if value is not None and value not in ("", [], {}):
                seen.append(value)
    return [SeenColumn(path, tuple(values), len(rows)) for path, values in found.items()]


def _leaves(row: Mapping[str, Any], before: str, depth: int) -> Iterator[tuple[str, Any]]:
    for key, value in row.items():
        path = f"{before}{key}"
        inner = _opened(value)
        if inner is None or not _MESSAGE_KEYS.isdisjoint(inner):
            yield path, value
        if inner is not None and depth > 1:
            yield from _leaves(inner, f"{path}.", depth - 1)


def _opened(value: Any) -> Mapping[str, Any] | None:
    """Return an object, also one kept as JSON text (a column of a CSV file), or None."""
    if isinstance(value, str) and value[:1] == "{":
        try:
            value = _decode(value)
        except (msgspec.DecodeError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def fit(name: str, column: SeenColumn) -> float:
    """Return how well the values suit a canonical name: 0 not at all, 1 as it should be."""
    return _FITS[name](column) if column.found else 0.0


def has_no_zone(column: SeenColumn) -> bool:
    """Whether most times are written without a zone."""
    with_zone = column.read(lambda _, value: moment_of(value))
    return len(with_zone) < 0.5 * len(column.read(_moment))


def typical(column: SeenColumn) -> float | None:
    """Return the median of a column of numbers; None where it has none."""
    numbers = column.read(values.number)
    return median(numbers) if numbers else None


def _moment(_: str, value: Any) -> Any:
    moment = moment_of(value, naive_zone=UTC)
    if moment.year not in _YEARS:
        raise Fault("unlikely")
    return moment


def _identity(column: SeenColumn) -> float:
    labels = column.read(values.label)
    if column.filled < 0.9 or column.share(labels) < 0.9:
        return 0.0
    unique = len(set(labels)) / len(labels)
    if unique < 0.9:
        return 0.0
    if fmean(map(len, labels)) > 80 or sum(" " in label for label in labels) > 0.1 * len(labels):
        return 0.1
    amounts = all(isinstance(value, float) for value in column.found) or column.share(column.read(_moment)) > 0.5
    return 0.2 if amounts else unique


def _timestamp(column: SeenColumn) -> float:
    share = column.share(column.read(_moment))
    return share if share >= 0.8 and column.filled >= 0.5 else 0.0


def _levels(column: SeenColumn) -> float:
    labels = column.read(values.label)
    if column.share(labels) < 0.9 or fmean(map(len, labels)) > 80:
        return 0.0
    if column.share(column.read(_moment)) > 0.5:
        return 0.0
    levels = len(set(labels))
    return 1.0 if levels <= min(_FEW, max(5, 0.1 * len(labels))) else 0.2 if levels < 0.5 * len(labels) else 0.0


def _kinds(column: SeenColumn) -> float:
    return _levels(column) if len({str(value) for value in column.found}) > 1 else 0.3 * _levels(column)


def _asked(column: SeenColumn) -> float:
    """A text that hardly changes is an instruction, not what is asked or answered."""
    if column.filled < 0.5:
        return 0.0
    constant = len(column.found) >= _MANY and len(set(map(str, column.found))) < _VARIED
    return min(0.2, _prose(column)) if constant else _prose(column)


def _prose(column: SeenColumn) -> float:
    if all(isinstance(value, int | float) for value in column.found) or column.share(column.read(values.number)) > 0.8:
        return 0.0
    texts = column.read(values.text)
    if column.share(texts) < 0.9 or column.share(column.read(_moment)) > 0.5:
        return 0.0
    words = sum(" " in text.strip() for text in texts) / len(texts)
    if words < 0.3:
        return 0.2
    return 0.6 + 0.4 * min(1.0, fmean(map(len, texts)) / 40)


def _count(column: SeenColumn) -> float:
    counts = column.read(values.count)
    return column.share(counts) if column.share(counts) >= 0.9 and fmean(counts) < 1e6 else 0.0


def _amount(most: float) -> Callable[[SeenColumn], float]:
    def suits(column: SeenColumn) -> float:
        numbers = column.read(values.number)
        return column.share(numbers) if column.share(numbers) >= 0.9 and fmean(numbers) < most else 0.0

    return suits


def _feedback(column: SeenColumn) -> float:
    given = column.read(values.feedback)
    return 1.0 if column.share(given) >= 0.9 and len(set(given)) <= 21 else 0.0


def _error(column: SeenColumn) -> float:
    """A column that most rows fill is a status, not a failure."""
    failed = column.read(values.failure)
    return 1.0 if len(failed) <= 0.5 * column.rows else 0.0


def _label(column: SeenColumn) -> float:
    return column.share(column.read(values.label))


_FITS: dict[str, Callable[[SeenColumn], float]] = {
    "interaction_id": _identity,
    "timestamp": _timestamp,
    "service": _levels,
    "release": _levels,
    "model": _levels,
    "prompt": _asked,
    "response": _asked,
    "context": _prose,
    "reference": _prose,
    "input_tokens": _count,
    "output_tokens": _count,
    "latency_ms": _amount(1e8),
    "cost_usd": _amount(1e3),
    "feedback": _feedback,
    "error": _error,
    "segment": _kinds,
    "session_id": _label,
}
