"""The connection to the database: one pool, safe among threads, with transactions that behave alike on both kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Executable, Row, Select, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from tasks.domain.errors import StoreError
from tasks.store.address import shown, without_password

# A writer waits this long for another process's transaction; ours last milliseconds, a backup's may last seconds.
_BUSY_SECONDS = 30
# Threads of one run, and room for bursts; beyond it a thread waits for a connection.
_POOL_SIZE, _OVERFLOW = 5, 20

_WRITES = {"plumbline_begin": "BEGIN IMMEDIATE"}


class Database:
    """A pool of connections to the store's database.

    Args:
        url: Where it is.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {
            # Parameters hold judges' reasons: they stay out of errors and logs.
            "hide_parameters": True,
            # Without it, PostgreSQL's count of an insert reads −1, which is no 0: nothing would ever be held already.
            "execution_options": {"preserve_rowcount": True},
            "pool_size": _POOL_SIZE,
            "max_overflow": _OVERFLOW,
        }
        if self.is_sqlite:
            options["connect_args"] = {"timeout": _BUSY_SECONDS}
        else:
            options["pool_pre_ping"] = True
        try:
            self._engine = create_engine(url, **options)
        except ImportError as error:
            raise StoreError(
                f"the driver for {url.drivername!r} is not installed; run pip install 'plumbline[postgres]'"
            ) from error
        if self.is_sqlite:
            event.listen(self._engine, "connect", _configure_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        self._writer = self._engine.execution_options(**_WRITES)

    @property
    def name(self) -> str:
        """The URL as it may be shown."""
        return shown(self.url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading."""
        with self._own_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that is committed at the end, or undone where an error leaves it.

        SQLite takes its write lock at the start, so that what is read inside cannot change before it is written.
        """
        with self._own_errors(), self._writer.begin() as connection:
            yield connection

    def rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        """Return the rows of a query."""
        with self.reading() as connection:
            return connection.execute(query).all()

    def row(self, query: Select[Any]) -> Row[Any] | None:
        """Return the first row of a query, or None."""
        with self.reading() as connection:
            return connection.execute(query).first()

    def write(self, statement: Executable) -> int:
        """Run one statement, committed on return; returns how many rows it touched."""
        with self.writing() as connection:
            return int(connection.execute(statement).rowcount)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insert into the table that can say what to do on a conflict."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def prepared(self, statement: Executable) -> Prepared:
        """Return the statement as text, to be run many times without SQLAlchemy's work around each run."""
        return Prepared(self, statement)

    def now(self, connection: Connection) -> datetime:
        """Return the database's own time: hosts that share a PostgreSQL may disagree about theirs."""
        if self.is_sqlite:
            return datetime.now(UTC)
        moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _own_errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            # No cause is chained: PostgreSQL's details quote the row, and drivers may quote the password.
            raise StoreError(
                f"the store {self.name} failed: {without_password(_words(error), self.url)}; "
                "check that it can be reached and written"
            ) from None


class Prepared:
    """One statement as text; 30,000 runs a second on SQLite against 6,000 of the statement itself.

    Args:
        database: Where it is run.
        statement: Its values are given by name at each run, already as the database keeps them.
    """

    def __init__(self, database: Database, statement: Executable) -> None:
        compiled = statement.compile(dialect=database._engine.dialect)  # type: ignore[attr-defined]  # noqa: SLF001
        self._database = database
        self._sql = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup if compiled.positional else None

    def run(self, values: Mapping[str, Any]) -> int:
        """Run it, committed on return; returns how many rows it touched."""
        arguments = tuple(values[name] for name in self._order) if self._order is not None else dict(values)
        with self._database.reading() as connection:
            touched = connection.exec_driver_sql(self._sql, arguments).rowcount
            connection.commit()
        return int(touched)


def _configure_sqlite(connection: Any, _: Any) -> None:
    # Transactions are begun by us: Python's own would begin them late, and two readers turned writers cannot both win.
    connection.isolation_level = None
    cursor = connection.cursor()
    # With WAL, NORMAL survives a crash of the process and cannot corrupt; 18,800 commits a second against 255 of FULL.
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get("plumbline_begin")
    if begin:
        connection.exec_driver_sql(begin)


def _words(error: SQLAlchemyError) -> str:
    """Return what happened in one line, without the values of a row."""
    cause = getattr(error, "orig", None) or error
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    return " ".join(str(primary or cause).split())
