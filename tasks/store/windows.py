"""Windows evaluated: each once for its (service, release, window, configuration), with its verdict and its report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Row,
    Select,
    Table,
    Text,
    UniqueConstraint,
    and_,
    func,
)
from sqlalchemy import select as select_from

from tasks.domain.errors import StoreError
from tasks.store.columns import UtcTime, Words, metadata
from tasks.store.database import Database


class WindowState(StrEnum):
    """How far a window is."""

    RECORDING = "recording"
    OPEN = "open"
    DONE = "done"


def _columns() -> list[Column[Any]]:
    return [
        Column("service", Words, nullable=False),
        Column("release", Words, nullable=False),
        Column("window_start", UtcTime, nullable=False),
        Column("window_end", UtcTime, nullable=False),
        Column("config_hash", Words, nullable=False),
        Column("verdict", Text),
        Column("mlflow_run_id", Words),
        Column("state", Text, nullable=False),
        Column("healthy", Boolean, nullable=False, default=False),
        Column("rows", BigInteger, nullable=False, default=0),
        Column("scored", BigInteger, nullable=False, default=0),
        Column("report", Words),
        Column("opened_at", UtcTime, nullable=False),
        Column("evaluated_at", UtcTime),
        Column("decision_id", Words),
    ]


windows = Table("windows", metadata, *_columns(), UniqueConstraint("service", "release", "window_start", "config_hash"))
window_history = Table("window_history", metadata, *_columns(), Column("superseded_at", UtcTime, nullable=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """A window as it is kept.

    Attributes:
        state: `recording` (begun), `open` (judge unavailable; to be tried again) or `done`.
        rows: Accepted interactions.
        scored: Judged interactions with scores.
        report: The window's report as JSON text; None until evaluated.
        opened_at: When it was first begun.
        evaluated_at: When its verdict was written.
    """

    service: str
    release: str
    window_start: datetime
    window_end: datetime
    config_hash: str
    verdict: str | None
    mlflow_run_id: str | None
    state: WindowState
    healthy: bool
    rows: int
    scored: int
    report: str | None
    opened_at: datetime
    evaluated_at: datetime | None
    decision_id: str | None


class Windows:
    """The windows of every service.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self,
        service: str,
        release: str,
        window_start: datetime,
        window_end: datetime,
        config_hash: str,
        *,
        at: datetime | None = None,
    ) -> bool:
        """Say that a window is being evaluated; False when it is done already, and nothing was changed."""
        insert = self._database.insert(windows).values(
            service=service,
            release=release,
            window_start=window_start,
            window_end=window_end,
            config_hash=config_hash,
            state=WindowState.RECORDING.value,
            opened_at=at or datetime.now(UTC),
        )
        if self._database.write(insert.on_conflict_do_nothing()):
            return True
        known = self.get(service, release, window_start, window_end, config_hash)
        return known is not None and known.state is not WindowState.DONE

    def finish(
        self,
        service: str,
        release: str,
        window_start: datetime,
        window_end: datetime,
        config_hash: str,
        *,
        verdict: str,
        mlflow_run_id: str | None,
        state: str,
        healthy: bool,
        rows: int,
        scored: int,
        report: str,
        evaluated_at: datetime | None = None,
        decision_id: str | None = None,
    ) -> None:
        """Write the verdict of a window that was begun.

        Raises:
            StoreError: when it was not begun, or has its verdict already.
        """
        values = {
            "verdict": verdict,
            "mlflow_run_id": mlflow_run_id,
            "state": WindowState(state).value,
            "healthy": healthy,
            "rows": rows,
            "scored": scored,
            "report": report,
            "evaluated_at": evaluated_at or datetime.now(UTC),
            "decision_id": decision_id,
        }
        one = _one(service, release, window_start, window_end, config_hash)
        undone = and_(one, windows.c.state != WindowState.DONE.value)
        if not self._database.write(windows.update().where(undone).values(**values)):
            raise StoreError(
                f"window {window_start:%Y-%m-%dT%H:%MZ} of {service!r} release {release!r} was not begun or is done; "
                "another run settled it: evaluate it again with redo if it must change"
            )

    def get(
        self, service: str, release: str, window_start: datetime, window_end: datetime, config_hash: str
    ) -> WindowRow | None:
        """Return one window, or None."""
        row = self._database.row(
            select_from(windows).where(_one(service, release, window_start, window_end, config_hash))
        )
        return _window(row) if row else None

    def between(self, service: str, config_hash: str, start: datetime, end: datetime) -> list[WindowRow]:
        """Return the windows that lie in `[start, end)`, of all releases, in time order."""
        return self._listed(
            windows.c.service == service,
            windows.c.config_hash == config_hash,
            windows.c.window_start >= start,
            windows.c.window_end <= end,
        )

    def of_release(self, service: str, release: str, config_hash: str | None = None) -> list[WindowRow]:
        """Return the windows of a release in time order; without a hash, those of every configuration."""
        conditions = [windows.c.service == service, windows.c.release == release]
        if config_hash is not None:
            conditions.append(windows.c.config_hash == config_hash)
        return self._listed(*conditions)

    def last_end(self, service: str, config_hash: str | None = None) -> datetime | None:
        """Return the end of the newest window with a verdict, or None."""
        query = select_from(func.max(windows.c.window_end)).where(
            windows.c.service == service, windows.c.state != WindowState.RECORDING.value
        )
        if config_hash is not None:
            query = query.where(windows.c.config_hash == config_hash)
        row = self._database.row(query)
        return row[0] if row else None

    def open_since(self, service: str, config_hash: str, since: datetime) -> list[WindowRow]:
        """Return the windows first begun at or after `since` that are not done, in time order.

        Besides open ones these are windows whose run crashed before their verdict.
        """
        return self._listed(
            windows.c.service == service,
            windows.c.config_hash == config_hash,
            windows.c.state != WindowState.DONE.value,
            windows.c.opened_at >= since,
        )

    def supersede(
        self,
        service: str,
        release: str,
        window_start: datetime,
        window_end: datetime,
        config_hash: str,
        *,
        at: datetime | None = None,
    ) -> bool:
        """Put the old verdict into the history, so that a new one may be written; False when there is none.

        The window is then begun anew; until its new verdict is written, `get` still shows the old MLflow run.
        """
        moment = at or datetime.now(UTC)
        one = _one(service, release, window_start, window_end, config_hash)
        with self._database.writing() as connection:
            row = connection.execute(select_from(windows).where(one).with_for_update()).first()
            if row is None or row.verdict is None:
                return False
            old = dict(row._mapping)  # noqa: SLF001 (public by its documentation)
            connection.execute(window_history.insert().values(**old, superseded_at=moment))
            anew = {"state": WindowState.RECORDING.value, "verdict": None, "healthy": False, "opened_at": moment}
            connection.execute(windows.update().where(one).values(**anew))
        return True

    def history(self, service: str, release: str, window_start: datetime, config_hash: str) -> list[WindowRow]:
        """Return the superseded verdicts of a window, oldest first."""
        query = (
            select_from(window_history)
            .where(
                window_history.c.service == service,
                window_history.c.release == release,
                window_history.c.window_start == window_start,
                window_history.c.config_hash == config_hash,
            )
            .order_by(window_history.c.superseded_at)
        )
        return [_window(row) for row in self._database.rows(query)]

    def _listed(self, *conditions: ColumnElement[bool]) -> list[WindowRow]:
        query: Select[Any] = select_from(windows).where(*conditions)
        rows: Sequence[Row[Any]] = self._database.rows(query.order_by(windows.c.window_start, windows.c.release))
        return [_window(row) for row in rows]


def _one(
    service: str, release: str, window_start: datetime, window_end: datetime, config_hash: str
) -> ColumnElement[bool]:
    return and_(
        windows.c.service == service,
        windows.c.release == release,
        windows.c.window_start == window_start,
        windows.c.window_end == window_end,
        windows.c.config_hash == config_hash,
    )


def _window(row: Row[Any]) -> WindowRow:
    known = {name: row._mapping[name] for name in WindowRow.__dataclass_fields__}  # noqa: SLF001 (public by its documentation)
    return WindowRow(**known | {"state": WindowState(row.state)})
