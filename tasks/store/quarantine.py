"""Rows that were put aside: where they are and why, never what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import BigInteger, Column, Table, func, select

from tasks.store.columns import Json, UtcTime, Words, metadata
from tasks.store.database import Database

quarantine = Table(
    "quarantine",
    metadata,
    Column("service", Words, primary_key=True),
    Column("source", Words, primary_key=True),
    Column("digest", Words, primary_key=True),
    Column("line", BigInteger, nullable=False),
    Column("cause", Words, nullable=False),
    Column("moment", UtcTime),
    Column("fields", Json, nullable=False),
)


class UnusableRow(Protocol):
    """What is kept of a row put aside."""

    @property
    def cause(self) -> str:
        """Why, in plain words."""

    @property
    def file(self) -> str:
        """Name of its source."""

    @property
    def line(self) -> int:
        """Where in it, counted from 1."""

    @property
    def digest(self) -> str:
        """Hash that recognizes it."""

    @property
    def moment(self) -> datetime | None:
        """About when it was written."""

    @property
    def fields(self) -> Sequence[str]:
        """Names of the fields at fault; no text of users."""


class Quarantine:
    """Rows put aside, by service, source and digest.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_many(self, service: str, rows: Iterable[UnusableRow]) -> int:
        """Keep rows put aside; one known already is not kept twice. Returns how many are new."""
        # One key twice in a statement is one row too few in its count, and ordered keys keep writers out of deadlocks.
        first = {(row.file, row.digest): row for row in reversed(list(rows))}
        if not first:
            return 0
        values = [
            {
                "service": service,
                "source": row.file,
                "digest": row.digest,
                "line": row.line,
                "cause": row.cause,
                "moment": row.moment,
                "fields": list(row.fields),
            }
            for _, row in sorted(first.items(), key=lambda item: item[0])
        ]
        insert = self._database.insert(quarantine).on_conflict_do_nothing().returning(quarantine.c.digest)
        with self._database.writing() as connection:
            return len(connection.execute(insert, values).all())

    def counts(self, service: str, start: datetime | None = None, end: datetime | None = None) -> dict[str, int]:
        """Return how many rows were put aside, by cause, most first.

        Args:
            service: Whose.
            start: Only those written about then or later; None: all, also those of unknown time.
            end: Only those written before; None: all.
        """
        number = func.count().label("number")
        query = select(quarantine.c.cause, number).where(quarantine.c.service == service)
        if start is not None:
            query = query.where(quarantine.c.moment >= start)
        if end is not None:
            query = query.where(quarantine.c.moment < end)
        query = query.group_by(quarantine.c.cause).order_by(number.desc(), quarantine.c.cause)
        return {row.cause: row.number for row in self._database.rows(query)}
