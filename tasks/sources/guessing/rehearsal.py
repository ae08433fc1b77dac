"""What becomes of some rows under a mapping: how many can be read, why others cannot, and one of them to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tasks.domain.interaction import REQUIRED_NAMES, Interaction
from tasks.domain.naming import line
from tasks.domain.settings.logs import LogSource
from tasks.sources.mapping.mapping import mapping_of
from tasks.sources.mapping.rows import RowReader

_LONGEST = 60


@dataclass
class Rehearsal:
    """Rows read as they would be.

    Attributes:
        rows: How many.
        causes: Of those that are no interactions.
        faults: The same by the canonical name at fault; a row may have several.
        examples: By canonical name: the first value that could not be read, as it may be shown.
        readable_row: Of the first interaction: what each needed name has, as it may be shown.
    """

    rows: int
    causes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    readable_row: dict[str, str] = field(default_factory=dict)

    @property
    def readable(self) -> int:
        """How many are interactions."""
        return self.rows - self.causes.total()


def rehearse(rows: Sequence[Mapping[str, Any]], source: LogSource) -> Rehearsal:
    """Read rows under a mapping."""
    reader = RowReader(mapping_of(source), "")
    found = Rehearsal(rows=len(rows))
    for row in rows:
        one = reader.read(row, 0, b"")
        if isinstance(one, Interaction):
            found.readable_row = found.readable_row or {name: shown(getattr(one, name)) for name in REQUIRED_NAMES}
            continue
        found.causes[one.cause] += 1
        for name in one.fields:
            found.faults[name] += 1
            value = reader.value(row, name)
            if value is not None:
                found.examples.setdefault(name, shown(value))
    return found


def filled(rows: Sequence[Mapping[str, Any]], source: LogSource, name: str) -> int:
    """Return how many rows have a value of that name under a mapping, whatever it is."""
    reader = RowReader(mapping_of(source), "")
    return sum(reader.value(row, name) is not None for row in rows)


def stands(rows: Sequence[Mapping[str, Any]], source: LogSource, name: str) -> bool:
    """Whether any row has a value of that name under a mapping."""
    return filled(rows, source, name) > 0


def shown(value: Any) -> str:
    """Return a value in quotes, short, and as one line that can do nothing to a terminal."""
    text = line(str(value))
    return f"'{text if len(text) <= _LONGEST else text[: _LONGEST - 4] + ' ...'}'"
