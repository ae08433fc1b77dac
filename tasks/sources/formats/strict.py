"""The strict way of reading a line: one typed decode in C, for rows whose values are right as they stand."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter
from typing import Annotated, Any, Literal, Protocol

import msgspec
from msgspec import Meta

from tasks.domain.interaction import CANONICAL_NAMES, REQUIRED_NAMES, Interaction
from tasks.domain.naming import legible
from tasks.sources.batches import Entry
from tasks.sources.mapping.mapping import Mapping
from tasks.sources.mapping.values import MOST

STRICT_FAILURES = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError)
"""What reading strictly raises for a line that is not strictly right (OverflowError: at the calendar's end)."""

_Label = Annotated[str, Meta(min_length=1)]
_Count = Annotated[int, Meta(ge=0, le=int(MOST))]
_Amount = Annotated[float, Meta(ge=0, le=MOST)]
# Every other name is a label or None; an empty one goes the lenient way, where it becomes None.
_TYPES: dict[str, Any] = {
    "interaction_id": _Label,
    "timestamp": Annotated[datetime, Meta(tz=True)],
    "prompt": str,
    "response": str,
    "input_tokens": _Count | None,
    "output_tokens": _Count | None,
    "latency_ms": _Amount | None,
    "cost_usd": _Amount | None,
    "feedback": Literal["up", "down"] | Annotated[float, Meta(ge=-1, le=1)] | None,
}
# No text is both: where such a key occurs at all, the row is not strictly right.
_Never = Annotated[str, Meta(min_length=1, max_length=0)]
_FEEDBACK = {"up": 1.0, "down": -1.0}
_SERVICE, _RELEASE = attrgetter("service"), attrgetter("release")


class _StrictRow(Interaction, frozen=True, kw_only=True):
    """An interaction that decodes from other names; equal to, and pickled as, a plain one.

    Building a plain one of each row would cost as much again as decoding.
    """

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Interaction) and plain(self).__reduce__() == plain(other).__reduce__()

    def __hash__(self) -> int:
        return hash(plain(self))

    def __reduce__(self) -> Any:
        return plain(self).__reduce__()


def plain(row: Interaction) -> Interaction:
    """Return the interaction as a plain one, without the names it was decoded from."""
    if type(row) is Interaction:
        return row
    return Interaction(**{name: getattr(row, name) for name in CANONICAL_NAMES})


class StrictReader(Protocol):
    """Reads lines of strictly right values."""

    def read_all(self, lines: list[bytes]) -> list[Entry]:
        """Return the interactions of lines, all of them strictly right.

        Raises:
            STRICT_FAILURES: when one is not.
        """


def strict_reader(mapping: Mapping) -> StrictReader | None:
    """Return what reads strictly under the mapping; None where rows must be searched for their values."""
    paths = mapping.one_path_each()
    # msgspec renames to no key that JSON would have to escape.
    if paths is None or any(letter in '"\\' or letter < " " for path in paths.values() for letter in path):
        return None
    if not any("." in path for path in paths.values()):
        return _FlatReader(paths)
    try:
        return _NestedReader(paths)
    except ValueError:  # msgspec: one path leads through another
        return None


class _FlatReader:
    """Reads values at the top of the row."""

    def __init__(self, keys: dict[str, str]) -> None:
        row_type = msgspec.defstruct(
            "StrictRow",
            [_field(name) for name in keys],
            bases=(_StrictRow,),
            rename=keys,
            frozen=True,
            kw_only=True,
            eq=False,
        )
        self._decode = msgspec.json.Decoder(row_type).decode

    def read_all(self, lines: list[bytes]) -> list[Entry]:
        """Return the interactions of lines."""
        decode = self._decode
        rows: list[Any] = [decode(line) for line in lines]
        # Frozen for those who get it: here it is still being made.
        for row in [row for row in rows if row.timestamp.tzinfo is not UTC]:
            msgspec.structs.force_setattr(row, "timestamp", row.timestamp.astimezone(UTC))
        for row in [row for row in rows if row.feedback.__class__ is str]:
            msgspec.structs.force_setattr(row, "feedback", _FEEDBACK[row.feedback])
        _check_names(rows)
        return rows


class _NestedReader:
    """Reads values some of which are nested: each of those must be there, or the row goes the lenient way."""

    def __init__(self, paths: dict[str, str]) -> None:
        level = _Level({path: name for name, path in paths.items()}, nested=False)
        self._decode = msgspec.json.Decoder(level.row_type).decode
        self._names = tuple(level.places)
        self._values = attrgetter(*level.places.values())

    def read_all(self, lines: list[bytes]) -> list[Entry]:
        """Return the interactions of lines."""
        decode, names, values = self._decode, self._names, self._values
        entries: list[Entry] = []
        for line in lines:
            found = dict(zip(names, values(decode(line)), strict=True))
            found["timestamp"] = found["timestamp"].astimezone(UTC)
            if "feedback" in found:  # unless it is left out
                found["feedback"] = _FEEDBACK.get(found["feedback"], found["feedback"])
            entries.append(Interaction(**found))
        _check_names(entries)
        return entries


def _check_names(rows: list[Any]) -> None:
    # Together, not one by one: a batch holds few names, and many rows.
    for name in {*map(_SERVICE, rows), *map(_RELEASE, rows)}:
        if name is not None and not legible(name):
            raise msgspec.ValidationError("illegible name")


class _Level:
    """A level of nesting as a struct.

    Attributes:
        row_type: The struct.
        places: How to reach each canonical value from this level, by attributes.
    """

    def __init__(self, paths: dict[str, str], *, nested: bool) -> None:
        """Build it; `paths` gives each path from here its canonical name."""
        self.places: dict[str, str] = {}
        fields: list[Any] = []
        keys: dict[str, str] = {}

        def add(key: str, *declared: Any) -> str:
            field = f"at{len(keys)}"
            keys[field] = key
            fields.append((field, *declared))
            return field

        below: dict[str, dict[str, str]] = {}
        for path, name in paths.items():
            step, dot, rest = path.partition(".")
            if dot:
                below.setdefault(step, {})[rest] = name
                add(path, _Never, "")  # a dotted path as one key would count first
            else:
                _, *declared = _field(name)
                self.places[name] = add(path, *declared[: 1 if nested else None])
        for step, inner_paths in below.items():
            inner = _Level(inner_paths, nested=True)
            field = add(step, inner.row_type)
            self.places |= {name: f"{field}.{place}" for name, place in inner.places.items()}
        self.row_type: type[msgspec.Struct] = msgspec.defstruct("StrictLevel", fields, rename=keys, kw_only=True)


def _field(name: str) -> Any:
    return (name, _TYPES.get(name, _Label | None), *(() if name in REQUIRED_NAMES else (None,)))
