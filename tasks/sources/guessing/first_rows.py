"""The first rows of some log files as they stand, before any mapping: what a mapping is guessed from."""

from __future__ import annotations

from itertools import islice
from typing import Any

from tasks.domain.errors import SourceError
from tasks.sources.formats.files import find_files
from tasks.sources.formats.raw_rows import raw_rows

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
        rows += islice((row for row in raw_rows(file) if isinstance(row, dict)), most // len(chosen))
    if not rows:
        raise SourceError(f"logs.path {path!r} has no row with named columns; check what writes the logs")
    return rows
