"""Parquet files in batches of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from tasks.sources.batches import Entry
from tasks.sources.mapping.mapping import Mapping
from tasks.sources.mapping.rows import RowReader
from tasks.sources.mapping.watch import ColumnWatch
from tasks.sources.quarantine import Fault

# Rows of 1.5 kB become Python objects of about 3 kB: 3 MB a batch.
_BATCH_ROWS = 1024


def read_parquet(file: IO[bytes], name: str, mapping: Mapping, watch: ColumnWatch) -> Iterator[Entry]:
    """Yield each row's interaction, or the row put aside, in the file's order; its line is the row's number."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(file)
        watch.row(dict.fromkeys(table.schema_arrow.names))
        reader = RowReader(mapping, name)
        number = 0
        for batch in table.iter_batches(batch_size=_BATCH_ROWS):
            for row in rows_of(batch):
                number += 1
                if isinstance(row, Fault):
                    yield reader.aside(row.cause, number, b"")
                    continue
                if watch.watching:
                    watch.row(row)
                yield reader.read(row, number, repr(row).encode("utf-8", "replace"))
    except pa.ArrowException as error:
        raise OSError(f"broken Parquet: {error}") from error


def rows_of(batch: Any) -> list[dict[str, Any] | Fault]:
    """Return a batch's rows, or why a row is none: Arrow checks neither that text is UTF-8 nor that a year exists."""
    batch = _with_microseconds(batch)
    try:
        rows: list[dict[str, Any] | Fault] = batch.to_pylist()
    except (ValueError, OverflowError):
        return [_row_of(batch.slice(position, 1)) for position in range(batch.num_rows)]
    return rows


def _row_of(batch: Any) -> dict[str, Any] | Fault:
    try:
        row: dict[str, Any] = batch.to_pylist()[0]
    except UnicodeDecodeError:
        return Fault("not UTF-8")
    except (ValueError, OverflowError):
        return Fault("value out of range")
    return row


def _with_microseconds(batch: Any) -> Any:
    """Cut nanoseconds off moments: Python's have none."""
    import pyarrow as pa

    for position, column in enumerate(batch.schema):
        if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
            moments = batch.column(position).cast(pa.timestamp("us", column.type.tz), safe=False)
            batch = batch.set_column(position, column.with_type(moments.type), moments)
    return batch
