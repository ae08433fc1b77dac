"""CSV files row by row, every cell as text.

The standard library's reader rather than a columnar one: a broken row stays one broken row, and its line is known.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from typing import IO, TextIO

from tasks.sources.batches import Entry
from tasks.sources.mapping.mapping import Mapping
from tasks.sources.mapping.rows import RowReader
from tasks.sources.mapping.watch import ColumnWatch


def read_csv(file: IO[bytes], name: str, mapping: Mapping, watch: ColumnWatch) -> Iterator[Entry]:
    """Yield each row's interaction, or the row put aside, in the file's order.

    An empty cell is no value, except that an empty response is one the service left empty.
    """
    # The standard library's limit for a cell is 128 KiB; a response may be longer.
    csv.field_size_limit(sys.maxsize)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _read(text, RowReader(mapping, name), watch)
    finally:
        text.detach()  # the file is closed by who opened it


def _read(text: TextIO, reader: RowReader, watch: ColumnWatch) -> Iterator[Entry]:
    cells = csv.reader(text)
    header = next(cells, [])
    watch.row(dict.fromkeys(header))
    while True:
        try:
            values = next(cells, None)
        except csv.Error:
            yield reader.aside("not CSV", cells.line_num, b"")
            continue
        if values is None:
            return
        if not values:
            continue
        raw = "\x1f".join(values).encode("utf-8", "surrogateescape")
        if len(values) != len(header):
            yield reader.aside("wrong number of columns", cells.line_num, raw)
        elif any("\udc80" <= letter <= "\udcff" for value in values if not value.isascii() for letter in value):
            yield reader.aside("not UTF-8", cells.line_num, raw)
        else:
            row = dict(zip(header, values, strict=True))
            if watch.watching:
                watch.row(row)
            yield reader.read(row, cells.line_num, raw)
