"""The first rows of some log files as they stand, before any mapping: what a mapping is guessed from."""

from __future__ import annotations

import csv
import io
import sys
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from tasks.domain.errors import SourceError
from tasks.sources.files import find_files, format_of, open_bytes
from tasks.sources.jsonl import batches_of_lines, decoded
from tasks.sources.parquet import with_microseconds
from tasks.sources.quarantine import Fault

MOST = 600
"""Rows looked at: enough to tell an id from a label, read in milliseconds."""

_FILES = 3


def first_rows(path: str, most: int = MOST) -> list[dict[str, Any]]:
    """Return the first rows of the first, a middle and the last file the path means; broken ones are left out.

    Raises:
        SourceError: naming the path, when no file can be read or none has a row with columns.
    """
    files = find_files(path)
    chosen = [files[at] for at in sorted({0, len(files) // 2, len(files) - 1})][:_FILES]
    rows: list[dict[str, Any]] = []
    for file in chosen:
        try:
            with open_bytes(file) as opened:
                rows += islice(_rows(opened, file), most // len(chosen))
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError(
                f"{str(file)!r} cannot be read ({type(error).__name__}: {error}); check the file, or leave it out"
            ) from error
    if not rows:
        raise SourceError(f"logs.path {path!r} has no row with named columns; check what writes the logs")
    return rows


def _rows(file: IO[bytes], name: Path) -> Iterator[dict[str, Any]]:
    match format_of(name):
        case "csv":
            return _csv(file)
        case "parquet":
            return _parquet(file)
        case _:
            return _jsonl(file, name.name)


def _jsonl(file: IO[bytes], name: str) -> Iterator[dict[str, Any]]:
    for lines in batches_of_lines(file, name):
        for line in lines:
            try:
                row = decoded(line.removeprefix(b"\xef\xbb\xbf")) if line.strip() else None
            except Fault:
                continue
            if isinstance(row, dict):
                yield row


def _csv(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(sys.maxsize)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    cells = csv.reader(text)
    header = next(cells, [])
    try:
        for values in cells:
            if len(values) == len(header):
                yield dict(zip(header, values, strict=True))
    except csv.Error:
        return
    finally:
        text.detach()


def _parquet(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        for batch in parquet.ParquetFile(file).iter_batches(batch_size=MOST):
            yield from with_microseconds(pa, batch).to_pylist()
    except pa.ArrowException as error:
        raise OSError(f"broken Parquet: {error}") from error
