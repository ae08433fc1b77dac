"""CSV files row by row, every cell as text.

The standard library's reader rather than a columnar one: a broken row stays one broken row, and its line is known.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from tasks.sources.batches import Entry
from tasks.sources.mapping.mapping import Mapping
from tasks.sources.mapping.rows import RowReader
from tasks.sources.mapping.watch import ColumnWatch
from tasks.sources.quarantine import Fault


class CsvTable:
    """A CSV file at work.

    Attributes:
        header: Its first row.
    """

    def __init__(self, file: IO[str]) -> None:
        self._cells = csv.reader(file)
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
    with csv_table(file) as table:
        watch.row(dict.fromkeys(table.header))
        for line, cells, row in table.rows():
            raw = "\x1f".join(cells).encode("utf-8", "surrogateescape")
            if isinstance(row, Fault):
                yield reader.aside(row.cause, line, raw)
                continue
            if watch.watching:
                watch.row(row)
            yield reader.read(row, line, raw)
