"""One promised quantity beside what was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A quantity of a simulation.

    Attributes:
        name: What, under which conditions.
        must: What is promised, in words.
        oracle: What one who knows the distributions reaches; None where nobody asked.
        ours: What was found.
        met: Whether the promise was kept, within two standard errors of the simulation; None for figures without one.
        tools: What common tools reach in the same runs.
    """

    name: str
    must: str
    ours: str
    met: bool | None
    oracle: str = "—"
    tools: str = "—"


def table(rows: Iterable[Row]) -> str:
    """Return the rows as aligned columns."""
    cells = [("quantity", "must", "oracle", "ours", "", "common tools")]
    marks = {True: "ok", False: "MISSED", None: ""}
    cells += [(row.name, row.must, row.oracle, row.ours, marks[row.met], row.tools) for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )
