"""The store's schema: created once, however many processes open it at the same time; another version is refused."""

from __future__ import annotations

import time

from sqlalchemy import Column, Connection, Integer, Table, inspect, select, text
from sqlalchemy.exc import OperationalError

from tasks.domain.errors import SchemaMismatchError
from tasks.store.address import VARIABLE
from tasks.store.columns import UtcTime, metadata
from tasks.store.database import Database

VERSION = 3
"""Raised by every change of a table."""

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

# Any number will do, as long as no other program locks the same one: "plumb" in ASCII.
_ADVISORY_LOCK = 0x706C756D62
# Switching to WAL needs the file alone for a moment, and SQLite's own waiting does not cover it.
_WAL_TRIES, _WAL_PAUSE_SECONDS = 600, 0.05


def prepare(database: Database) -> None:
    """Create the schema where there is none, and check its version.

    Raises:
        SchemaMismatchError: naming both versions, when the store is of another one.
        StoreError: when the database cannot be used.
    """
    with database.reading() as connection:
        found = _version(connection)
    if found is None:
        if database.is_sqlite:
            _switch_to_wal(database)
        with database.writing() as connection:
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
            found = _version(connection)
            if found is None:
                # A table of one of these names without a version beside it is another program's: better to fail.
                metadata.create_all(connection, checkfirst=False)
                connection.execute(schema_version.insert().values(version=VERSION, created_at=database.now(connection)))
                found = VERSION
    if found != VERSION:
        raise SchemaMismatchError(
            f"the store {database.name} has schema version {found}, this Plumbline has {VERSION}; "
            f"use the Plumbline that wrote it, or let {VARIABLE} name a new store"
        )


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(schema_version.name):
        return None
    return connection.execute(select(schema_version.c.version)).scalar()


def _switch_to_wal(database: Database) -> None:
    for tries_left in reversed(range(_WAL_TRIES)):
        with database.reading() as connection:
            try:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            except OperationalError as error:
                if not tries_left or "locked" not in str(error.orig):
                    raise
            else:
                return
        time.sleep(_WAL_PAUSE_SECONDS)
