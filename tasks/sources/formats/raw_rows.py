"""The rows of a file as they stand, before any mapping; a broken one as its fault."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from tasks.domain.errors import SourceError
from tasks.sources.formats.csv_rows import csv_table
from tasks.sources.formats.files import format_of, open_bytes
from tasks.sources.formats.jsonl import BYTE_ORDER_MARK, batches_of_lines, decoded
from tasks.sources.formats.parquet import rows_of
from tasks.sources.quarantine import Fault

RawRow = dict[str, Any] | Fault

_BATCH_ROWS = 600


def raw_rows(file: Path) -> Iterator[RawRow]:
    """Yield each row of a file with columns, or why it has none; blank lines are no rows.

    Raises:
        SourceError: naming the file, when it cannot be read.
    """
    try:
        with open_bytes(file) as opened:
            match format_of(file):
                case "csv":
                    yield from _csv(opened)
                case "parquet":
                    yield from _parquet(opened)
                case _:
                    yield from _jsonl(opened, file.name)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            f"{str(file)!r} cannot be read ({type(error).__name__}: {error}); check the file, or leave it out"
        ) from error


def _jsonl(file: IO[bytes], name: str) -> Iterator[RawRow]:
    for lines in batches_of_lines(file, name):
        for line in lines:
            try:
                row = decoded(line.removeprefix(BYTE_ORDER_MARK)) if line.strip() else None
            except Fault as fault:
                yield fault
                continue
            if line.strip():
                yield row if isinstance(row, dict) else Fault("not an object")


def _csv(file: IO[bytes]) -> Iterator[RawRow]:
    with csv_table(file) as table:
        for _, _, row in table.rows():
            # Which columns are numbers is not known yet: whatever looks like one is.
            yield row if isinstance(row, Fault) else table.with_points(row, row)


def _parquet(file: IO[bytes]) -> Iterator[RawRow]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        for batch in parquet.ParquetFile(file).iter_batches(batch_size=_BATCH_ROWS):
            yield from rows_of(batch)
    except pa.ArrowException as error:
        raise OSError(f"broken Parquet: {error}") from error
