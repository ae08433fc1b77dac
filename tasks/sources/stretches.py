"""Batches cut into stretches of rows that lie in one window, and rows outside the time asked for left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tasks.domain.interaction import Interaction
from tasks.domain.window import Window, window_of
from tasks.sources.batches import Batch
from tasks.sources.quarantine import QuarantinedRow

Stretch = tuple[Window, list[Interaction]]


class Stretches:
    """Cuts batches, in log order; most are one stretch, which costs no step a row."""

    def __init__(self, start: datetime, end: datetime, length: timedelta) -> None:
        """Ask for `start <= timestamp < end`, in windows of that length."""
        self._start = start
        self._end = end
        self._length = length
        self._window = Window(start, start)
        # Of the window at hand what was asked for: nothing, so that the first row turns to its own window.
        self._opens = self._closes = start

    def of(self, batch: Batch) -> Iterator[Stretch | QuarantinedRow]:
        """Yield the batch's stretches and, between them, each row put aside."""
        if batch.clean:
            moments = [row.timestamp for row in batch.interactions]
            first, last = min(moments), max(moments)
            if last < self._start or first >= self._end:
                return
            if self._opens <= first and last < self._closes:
                yield self._window, batch.interactions
                return
        rows: list[Interaction] = []
        for entry in batch.entries:
            if isinstance(entry, QuarantinedRow):
                if rows:
                    yield self._window, rows
                    rows = []
                yield entry
                continue
            moment = entry.timestamp
            if not self._opens <= moment < self._closes:
                if rows:
                    yield self._window, rows
                    rows = []
                if not self._start <= moment < self._end:
                    continue
                self._turn_to(moment)
            rows.append(entry)
        if rows:
            yield self._window, rows

    def _turn_to(self, moment: datetime) -> None:
        self._window = window_of(moment, self._length)
        self._opens = max(self._window.start, self._start)
        self._closes = min(self._window.end, self._end)
