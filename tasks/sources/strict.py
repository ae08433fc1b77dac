"""The strict way of reading a line: one typed decode in C, for rows whose values are right as they stand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tasks.domain.interaction import CANONICAL_NAMES, REQUIRED_NAMES, Interaction
from tasks.sources.batches import Entry

STRICT_FAILURES = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError)
"""What reading strictly raises for a line that is not strictly right (OverflowError: at the calendar's end)."""

_Label = Annotated[str, Meta(min_length=1)]
_Count = Annotated[int, Meta(ge=0, le=2**53)]
_Amount = Annotated[float, Meta(ge=0)]
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
_FEEDBACK = {"up": 1.0, "down": -1.0}


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


class StrictReader:
    """Reads lines of strictly right values under flat names."""

    def __init__(self, keys: dict[str, str]) -> None:
        """Build the struct; `keys` gives each canonical name its key in the row."""
        fields: list[Any] = [
            (name, _TYPES.get(name, _Label | None), *(() if name in REQUIRED_NAMES else (None,))) for name in keys
        ]
        renamed = {name: key for name, key in keys.items() if name != key}
        row_type = msgspec.defstruct(
            "StrictRow", fields, bases=(_StrictRow,), rename=renamed or None, frozen=True, kw_only=True, eq=False
        )
        self._decode = msgspec.json.Decoder(row_type).decode

    def read(self, line: bytes) -> Entry:
        """Return the line's interaction.

        Raises:
            STRICT_FAILURES: for a line that is not strictly right.
        """
        return self.read_all([line])[0]

    def read_all(self, lines: list[bytes]) -> list[Entry]:
        """Return the interactions of lines, all of them strictly right.

        Raises:
            STRICT_FAILURES: when one is not.
        """
        decode = self._decode
        rows: list[Any] = [decode(line) for line in lines]
        # Frozen for those who get it: here it is still being made.
        for row in [row for row in rows if row.timestamp.tzinfo is not UTC]:
            msgspec.structs.force_setattr(row, "timestamp", row.timestamp.astimezone(UTC))
        for row in [row for row in rows if row.feedback.__class__ is str]:
            msgspec.structs.force_setattr(row, "feedback", _FEEDBACK[row.feedback])
        return rows
