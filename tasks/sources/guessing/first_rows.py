"""The first rows of some log files as they stand, before any mapping: what a mapping is guessed from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tasks.domain.errors import SourceError
from tasks.sources.formats.files import find_files
from tasks.sources.formats.raw_rows import RawRow, raw_rows
from tasks.sources.quarantine import Fault

MOST = 600
"""Rows looked at: enough to tell an id from a label, read in milliseconds."""

_FILES = 3


def first_rows(path: str, most: int = MOST) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Return the first rows of the first, a middle and the last file the path means; and the broken ones, by cause.

    Raises:
        SourceError: naming the path, when no file can be read or none has a row with columns.
    """
    files = find_files(path)
    chosen = [files[at] for at in sorted({0, len(files) // 2, len(files) - 1})][:_FILES]
    rows: list[dict[str, Any]] = []
    broken: Counter[str] = Counter()
    for file in chosen:
        rows += islice(_whole(raw_rows(file), broken), most // len(chosen))
    if not rows:
        causes = ", ".join(f"{number} {cause}" for cause, number in broken.most_common()) or "there is none"
        raise SourceError(f"logs.path {path!r} has no row with named columns: {causes}; check what writes the logs")
    return rows, broken


def _whole(found: Iterator[RawRow], broken: Counter[str]) -> Iterator[dict[str, Any]]:
    for row in found:
        if isinstance(row, Fault):
            broken[row.cause] += 1
        else:
            yield row
