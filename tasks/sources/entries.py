"""All rows of a log source in log order: file after file, each an interaction or put aside with about when it was."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO

from tasks.domain.errors import SourceError
from tasks.domain.interaction import Interaction
from tasks.domain.settings.logs import LogSource
from tasks.sources.batches import Batch, Entry, in_batches
from tasks.sources.formats.csv_rows import read_csv
from tasks.sources.formats.files import find_files, format_of, open_bytes
from tasks.sources.formats.jsonl import read_jsonl
from tasks.sources.formats.mlflow_traces import trace_pages
from tasks.sources.formats.parquet import read_parquet
from tasks.sources.mapping.mapping import Mapping, mapping_of
from tasks.sources.mapping.watch import ColumnWatch
from tasks.sources.quarantine import QuarantinedRow

_Reader = Callable[[IO[bytes], str, Mapping, ColumnWatch], Iterator[Batch]]
_READERS: dict[str, _Reader] = {
    "jsonl": read_jsonl,
    "csv": lambda *of: in_batches(read_csv(*of)),
    "parquet": lambda *of: in_batches(read_parquet(*of)),
}


class Entries:
    """The rows of a log source; iterate once.

    Args:
        source: Where they are.
        since: Rows before need not be yielded.
        until: Rows from here on need not be yielded.

    Attributes:
        watch: What columns occurred, complete once exhausted.
    """

    def __init__(self, source: LogSource, since: datetime | None = None, until: datetime | None = None) -> None:
        self._source = source
        self._since = since
        self._until = until
        self._mapping = mapping_of(source)
        self.watch = ColumnWatch(self._mapping)

    def __iter__(self) -> Iterator[Batch]:
        """Yield every row, whenever it happened, in batches.

        Raises:
            SourceError: when a file cannot be read, none has a row, or a column is in no row.
        """
        if self._source.kind == "mlflow_traces":
            for page in trace_pages(self._source, self._since, self._until):
                yield from _dated(read_jsonl(page, "traces", self._mapping, self.watch), self.watch)
            return
        empty = True
        files = find_files(self._source.path)
        for file in files:
            for batch in _dated(self._read(file), self.watch):
                empty = empty and not batch.entries
                yield batch
        if empty:
            raise SourceError(f"logs.path {self._source.path!r} has no row; check what writes the logs")
        self.watch.check(f"logs.path {self._source.path!r}")

    def _read(self, file: Path) -> Iterator[Batch]:
        read = _READERS[format_of(file) or ""]
        try:
            with open_bytes(file) as opened:
                yield from read(opened, file.name, self._mapping, self.watch)
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError(
                f"{str(file)!r} cannot be read ({type(error).__name__}: {error}); check the file, or leave it out"
            ) from error


def _dated(batches: Iterator[Batch], watch: ColumnWatch) -> Iterator[Batch]:
    """Give rows put aside that do not say when they were the middle moment of the three rows before them."""
    before: list[datetime] = []
    waiting: list[QuarantinedRow] = []
    for batch in batches:
        if batch.clean and before:
            before = (before + [row.timestamp for row in batch.interactions[-3:]])[-3:]
            yield batch
            continue
        dated: list[Entry] = []
        for entry in batch.entries:
            if isinstance(entry, Interaction):
                before = [*before[-2:], entry.timestamp]
                if waiting:
                    dated += [replace(row, moment=entry.timestamp) for row in waiting]
                    waiting.clear()
                watch.readable()
                dated.append(entry)
                continue
            watch.quarantined(entry)
            if entry.moment is None and before:
                dated.append(replace(entry, moment=sorted(before)[len(before) // 2]))
            else:
                (waiting if entry.moment is None else dated).append(entry)
        yield Batch(dated)
    yield Batch([*waiting])
