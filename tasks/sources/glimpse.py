"""A glimpse of some logs: which services they name and when, from so many rows at both ends of them, never from all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from tasks.domain.interaction import Interaction
from tasks.domain.settings.logs import LogSource
from tasks.sources.formats.files import find_files
from tasks.sources.formats.raw_rows import raw_rows
from tasks.sources.mapping.mapping import mapping_of
from tasks.sources.mapping.rows import RowReader

MOST = 20_000
"""Rows looked at of a file: under a second."""


@dataclass
class Glimpse:
    """What was seen.

    Attributes:
        services: Rows by the service they name; rows that name none are left out.
        first: The earliest moment seen; None: no row could be read.
        last: The latest.
        whole: Whether that was all there is.
    """

    services: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    whole: bool = True


def glimpse(source: LogSource, most: int = MOST) -> Glimpse:
    """Look at the first rows of the first and of the last file; traces are in no file, and nothing is seen of them.

    Args:
        source: Where the logs are.
        most: Rows of a file.

    Raises:
        SourceError: when a file cannot be read, or there is none.
    """
    found = Glimpse()
    if source.kind != "files":
        return found
    files = find_files(source.path)
    found.whole = len(files) <= 2
    for file in dict.fromkeys((files[0], files[-1])):
        reader = RowReader(mapping_of(source), file.name)
        number = 0
        for number, row in enumerate(islice(raw_rows(file), most), start=1):
            one = reader.read(row, number, b"")
            if isinstance(one, Interaction):
                if one.service is not None:
                    found.services[one.service] += 1
                found.first = min(found.first or one.timestamp, one.timestamp)
                found.last = max(found.last or one.timestamp, one.timestamp)
        found.whole = found.whole and number < most
    return found
