"""Parquet files in batches of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from tasks.sources.batches import Entry
from tasks.sources.mapping.mapping import Mapping
from tasks.sources.mapping.rows import RowReader
from tasks.sources.mapping.watch import ColumnWatch

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
            for row in with_microseconds(pa, batch).to_pylist():
                number += 1
                if watch.watching:
                    watch.row(row)
                yield reader.read(row, number, repr(row).encode("utf-8", "replace"))
    except pa.ArrowException as error:
        raise OSError(f"broken Parquet: {error}") from error


def with_microseconds(pa: Any, batch: Any) -> Any:
    """Cut nanoseconds off moments: Python's have none."""
    for position, column in enumerate(batch.schema):
        if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
            moments = batch.column(position).cast(pa.timestamp("us", column.type.tz), safe=False)
            batch = batch.set_column(position, column.with_type(moments.type), moments)
    return batch
