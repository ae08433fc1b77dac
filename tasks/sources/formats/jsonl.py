"""JSON lines at full speed: decoded and checked in C; only a row that fails there takes the lenient way.

The strict way decodes a typed struct with the user's column names as its keys, which checks types, zones and ranges
and skips every other key without building it (0.8 µs a row of 1.5 kB). It holds for values as this project writes them,
at the top of the row or nested; epoch times, numbers as text, presets and the like go the lenient way (8 µs).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

import msgspec

from tasks.sources.batches import Batch, Entry
from tasks.sources.formats.strict import STRICT_FAILURES, strict_reader
from tasks.sources.mapping.mapping import Mapping
from tasks.sources.mapping.rows import RowReader
from tasks.sources.mapping.watch import ColumnWatch
from tasks.sources.quarantine import Fault

# Lines of a batch together: 160 rows of 1.5 kB; larger batches leave the processor's cache.
_BATCH_BYTES = 1 << 18
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_decode_any = msgspec.json.Decoder().decode


def read_jsonl(file: IO[bytes], name: str, mapping: Mapping, watch: ColumnWatch) -> Iterator[Batch]:
    """Yield each line's interaction, or the line put aside, in the file's order; blank lines are no rows."""
    strict = strict_reader(mapping)
    lenient = _LenientReader(RowReader(mapping, name), watch)
    first = 1
    for lines in batches_of_lines(file, name):
        if strict is not None and not watch.watching:
            try:
                yield Batch(strict.read_all(lines), clean=True)
            except STRICT_FAILURES:
                pass
            else:
                first += len(lines)
                continue
        entries: list[Entry] = []
        for number, line in enumerate(lines, first):
            try:
                if strict is None:
                    entries += lenient.read(line, number)
                    continue
                entries += strict.read_all([line])
            except STRICT_FAILURES:
                entries += lenient.read(line, number)
            else:
                if watch.watching and watch.wants(line):
                    watch.row(_decode_any(line))
        yield Batch(entries)
        first += len(lines)


def batches_of_lines(file: IO[bytes], name: str) -> Iterator[list[bytes]]:
    """Yield the file's lines, or the items of a `.json` file that is one array (exports are; it is read whole)."""
    lines = file.readlines(_BATCH_BYTES)
    if ".json" in (name.lower()[-5:], name.lower()[-8:-3]) and lines and _opens_an_array(lines[0]):
        try:
            items = msgspec.json.decode(b"".join(lines) + file.read(), type=list[msgspec.Raw])
        except msgspec.DecodeError as error:
            raise OSError(f"neither JSON lines nor one JSON array: {error}") from error
        yield from ([bytes(item) for item in items[at : at + 256]] for at in range(0, len(items), 256))
        return
    while lines:
        yield lines
        lines = file.readlines(_BATCH_BYTES)


def _opens_an_array(line: bytes) -> bool:
    """Whether a first line begins an array of rows, and is not itself a row that is no object."""
    if line.lstrip()[:1] != b"[":
        return False
    try:
        row = decoded(line)
    except Fault:
        return True
    return bool(row) and all(isinstance(item, dict) for item in row)


class _LenientReader:
    """Reads lines of any shape."""

    def __init__(self, rows: RowReader, watch: ColumnWatch) -> None:
        self._rows = rows
        self._watch = watch

    def read(self, line: bytes, number: int) -> list[Entry]:
        """Return the line's one entry; none for a blank line."""
        raw = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
        if not raw.strip():
            return []
        try:
            row = decoded(raw)
        except Fault as fault:
            return [self._rows.aside(fault.cause, number, line)]
        if isinstance(row, dict) and self._watch.watching:
            self._watch.row(row)
        return [self._rows.read(row, number, line)]


def decoded(line: bytes) -> Any:
    """Decode a line as leniently as JSON's writers are: NaN, Infinity and lone surrogates are let through.

    Raises:
        Fault: `not UTF-8` or `not JSON`.
    """
    try:
        return _decode_any(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return json.loads(line.decode())
    except UnicodeDecodeError:
        raise Fault("not UTF-8") from None
    except (ValueError, RecursionError):
        raise Fault("not JSON") from None
