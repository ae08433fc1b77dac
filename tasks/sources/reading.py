"""`read`: the interactions of a stretch of time, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tasks.domain.errors import SettingsError
from tasks.domain.interaction import Interaction
from tasks.domain.settings.logs import LogSource
from tasks.domain.window import aware_utc, parse_length
from tasks.sources.entries import Entries
from tasks.sources.formats.files import find_files
from tasks.sources.mapping.mapping import source_of
from tasks.sources.quarantine import QuarantinedRow
from tasks.sources.repeats import SeenIds
from tasks.sources.stretches import Stretches

RECORDS_KEPT = 10_000
"""Quarantined rows kept one by one (2 MB); beyond it they are only counted."""


class Reading:
    """The interactions of a log source with `start <= timestamp < end`, in log order, each id once.

    Iterating reads; iterating again reads afresh. What is counted is complete once exhausted.

    Attributes:
        quarantined: Rows put aside, by cause. A row that does not say when it was counts where its neighbours are.
        quarantined_rows: The first 10,000 of them, one by one.
        repeated: Rows whose id was seen before, within a window and the two before it.
        rows: All rows of that time: interactions, repeated and quarantined.
    """

    def __init__(self, source: LogSource, start: datetime, end: datetime, window: str) -> None:
        self._source = source
        self._start = start
        self._end = end
        self._length = parse_length(window)
        self._forget()

    def _forget(self) -> None:
        self.quarantined: Counter[str] = Counter()
        self.quarantined_rows: list[QuarantinedRow] = []
        self.repeated = 0
        self.rows = 0

    def __iter__(self) -> Iterator[Interaction]:
        """Yield the interactions.

        Raises:
            SourceError: when a file cannot be read, or a mapped column is in no row.
        """
        self._forget()
        seen = SeenIds()
        stretches = Stretches(self._start, self._end, self._length)
        for batch in Entries(self._source, self._start, self._end):
            for stretch in stretches.of(batch):
                if isinstance(stretch, QuarantinedRow):
                    self._put_aside(stretch)
                    continue
                window, rows = stretch
                fresh, repeated = seen.part(window, rows)
                self.rows += len(rows)
                self.repeated += len(repeated)
                yield from fresh

    def _put_aside(self, row: QuarantinedRow) -> None:
        if row.moment is not None and not self._start <= row.moment < self._end:
            return
        self.rows += 1
        self.quarantined[row.cause] += 1
        if len(self.quarantined_rows) < RECORDS_KEPT:
            self.quarantined_rows.append(row)


def read(logs: LogSource | dict[str, Any], start: datetime, end: datetime, *, window: str = "1h") -> Reading:
    """Read the interactions of a stretch of time.

    Args:
        logs: Where they are and how their columns are named.
        start: Aware; the first moment that counts.
        end: Aware; the first that no longer does.
        window: Length of the windows, within which repeated ids are recognized (and in the two before).

    Raises:
        SettingsError: for a moment without a zone, an empty stretch, or settings that are wrong.
        SourceError: when there is no such file.
    """
    source = source_of(logs)
    start, end = aware_utc(start, "start"), aware_utc(end, "end")
    if start >= end:
        raise SettingsError(f"start {start.isoformat()} is not before end {end.isoformat()}; swap or widen them")
    reading = Reading(source, start, end, window)
    if source.kind == "files":
        find_files(source.path)
    return reading
