"""CSV files row by row, every cell as text; commas, semicolons or tabs between the cells, as the header has them.

The standard library's reader rather than a columnar one: a broken row stays one broken row, and its line is known.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Container, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import IO

from tasks.sources.batches import Entry
from tasks.sources.mapping.mapping import Mapping
from tasks.sources.mapping.rows import RowReader
from tasks.sources.mapping.watch import ColumnWatch
from tasks.sources.quarantine import Fault

_DELIMITERS = ",;\t"
_QUOTED = re.compile(r'"[^"]*"')
_DECIMAL_COMMA = re.compile(r"\s*[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+\s*")
"""`12,5` or `1.234,5`: how numbers are written where the comma does not part cells."""


class CsvTable:
    """A CSV file at work.

    Attributes:
        header: Its first row.
        delimiter: What stands between its cells: of the three the one its first line has most of.
    """

    def __init__(self, file: IO[str]) -> None:
        first = file.readline()
        bare = _QUOTED.sub("", first)
        self.delimiter = max(_DELIMITERS, key=bare.count)
        self._cells = csv.reader(chain([first], file), delimiter=self.delimiter)
        self.header = next(self._cells, [])

    def rows(self) -> Iterator[tuple[int, list[str], dict[str, str] | Fault]]:
        """Yield of each row its last line, its cells, and itself by column, or why it is none; blank ones are none."""
        while True:
            try:
                cells = next(self._cells, None)
            except csv.Error:
                yield self._cells.line_num, [], Fault("not CSV")
                continue
            if cells is None:
                return
            if cells:
                yield self._cells.line_num, cells, self._row(cells)

    def with_points(self, row: dict[str, str], columns: Container[str]) -> dict[str, str]:
        """Return the row with a point for the decimal comma in these columns, where the comma does not part cells."""
        if self.delimiter == ",":
            return row
        return {name: _with_point(cell) if name in columns else cell for name, cell in row.items()}

    def _row(self, cells: list[str]) -> dict[str, str] | Fault:
        if len(cells) != len(self.header):
            return Fault("wrong number of columns")
        if any("\udc80" <= letter <= "\udcff" for cell in cells if not cell.isascii() for letter in cell):
            return Fault("not UTF-8")
        return dict(zip(self.header, cells, strict=True))


@contextmanager
def csv_table(file: IO[bytes]) -> Iterator[CsvTable]:
    """Give a file's table; the file stays open."""
    # The standard library's limit for a cell is 128 KiB; a response may be longer.
    csv.field_size_limit(sys.maxsize)
    # What is no UTF-8 is kept as lone surrogates, by which its row is told.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield CsvTable(text)
    finally:
        text.detach()


def read_csv(file: IO[bytes], name: str, mapping: Mapping, watch: ColumnWatch) -> Iterator[Entry]:
    """Yield each row's interaction, or the row put aside, in the file's order.

    An empty cell is no value, except that an empty response is one the service left empty.
    """
    reader = RowReader(mapping, name)
    numbers = mapping.number_paths()
    with csv_table(file) as table:
        watch.row(dict.fromkeys(table.header))
        for line, cells, row in table.rows():
            raw = "\x1f".join(cells).encode("utf-8", "surrogateescape")
            if isinstance(row, Fault):
                yield reader.aside(row.cause, line, raw)
                continue
            if watch.watching:
                watch.row(row)
            yield reader.read(table.with_points(row, numbers), line, raw)


def _with_point(cell: str) -> str:
    return cell.replace(".", "").replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell
