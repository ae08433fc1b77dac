"""Summaries of windows: the counts from which findings and evidence can be computed again."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Column, LargeBinary, Row, Table, select

from tasks.domain.errors import StoreError
from tasks.domain.summary import WindowSummary
from tasks.store.columns import UtcTime, Words, metadata
from tasks.store.database import Database

summaries = Table(
    "summaries",
    metadata,
    Column("service", Words, primary_key=True),
    Column("release", Words, primary_key=True),
    Column("asked_hash", Words, primary_key=True),
    Column("window_start", UtcTime, primary_key=True),
    Column("window_end", UtcTime, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# Level 1 halves the bytes at a fifth of the time of level 6, which gains a few percent more.
_LEVEL = 1

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(WindowSummary)


class Summaries:
    """Summaries by service, release, window and what was asked of the judge.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, summary: WindowSummary, asked_hash: str) -> None:
        """Keep a summary in place of the one before it."""
        insert = self._database.insert(summaries).values(
            service=summary.service,
            release=summary.release,
            asked_hash=asked_hash,
            window_start=summary.window_start,
            window_end=summary.window_end,
            body=zlib.compress(_encoder.encode(summary), _LEVEL),
        )
        self._database.write(
            insert.on_conflict_do_update(
                index_elements=list(summaries.primary_key), set_={"body": insert.excluded["body"]}
            )
        )

    def get(
        self, service: str, release: str, window_start: datetime, window_end: datetime, asked_hash: str
    ) -> WindowSummary | None:
        """Return one summary, or None."""
        row = self._database.row(
            select(summaries).where(
                summaries.c.service == service,
                summaries.c.release == release,
                summaries.c.asked_hash == asked_hash,
                summaries.c.window_start == window_start,
                summaries.c.window_end == window_end,
            )
        )
        return _summary(row) if row else None

    def between(
        self, service: str, release: str, start: datetime, end: datetime, length: timedelta, asked_hash: str
    ) -> list[WindowSummary]:
        """Return the summaries of windows of one length that lie in `[start, end)`, in time order."""
        query = (
            select(summaries)
            .where(
                summaries.c.service == service,
                summaries.c.release == release,
                summaries.c.asked_hash == asked_hash,
                summaries.c.window_start >= start,
                summaries.c.window_end <= end,
            )
            .order_by(summaries.c.window_start)
        )
        return [_summary(row) for row in self._database.rows(query) if row.window_end - row.window_start == length]

    def releases(self, service: str, asked_hash: str | None = None) -> list[str]:
        """Return the names of the service's releases with summaries, sorted."""
        query = select(summaries.c.release).where(summaries.c.service == service).distinct()
        if asked_hash is not None:
            query = query.where(summaries.c.asked_hash == asked_hash)
        return sorted(row.release for row in self._database.rows(query))


def _summary(row: Row[Any]) -> WindowSummary:
    try:
        return _decoder.decode(zlib.decompress(row.body))
    except (zlib.error, msgspec.DecodeError) as error:
        raise StoreError(
            f"the summary of {row.service!r} release {row.release!r} at {row.window_start:%Y-%m-%dT%H:%MZ} is damaged "
            f"({error}); evaluate that window again with redo"
        ) from error
