"""Windows evaluated: each once for its (service, release, window, configuration), with its verdict and its report."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, func, select

from tasks.domain.errors import StoreError
from tasks.store.database import Database
from tasks.store.window_rows import WindowRow, WindowState, window_history, window_row, windows


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
        row = self._database.row(select(windows).where(_one(service, release, window_start, window_end, config_hash)))
        return window_row(row) if row else None

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

    def decided_otherwise(self, service: str, config_hash: str, start: datetime, end: datetime) -> list[WindowRow]:
        """Return the windows in `[start, end)` that have a verdict under other configurations alone, in time order."""
        decided = self._listed(
            windows.c.service == service,
            windows.c.verdict.is_not(None),
            windows.c.window_start >= start,
            windows.c.window_end <= end,
        )
        known = {_span(row) for row in decided if row.config_hash == config_hash}
        return [row for row in decided if _span(row) not in known]

    def elsewhere(
        self, service: str, release: str, window_start: datetime, window_end: datetime, config_hash: str
    ) -> list[WindowRow]:
        """Return what the same window was found to be under other configurations."""
        return self._listed(
            windows.c.service == service,
            windows.c.release == release,
            windows.c.window_start == window_start,
            windows.c.window_end == window_end,
            windows.c.config_hash != config_hash,
        )

    def verdicts(self, service: str, release: str, start: datetime, end: datetime | None = None) -> list[str]:
        """Return the verdict of each window of a release that begins in `[start, end)`, as found last.

        Under whatever configuration that was: what was not decided anew stands as it was found.
        """
        query = (
            select(windows.c.window_start, windows.c.window_end, windows.c.verdict)
            .where(
                windows.c.service == service,
                windows.c.release == release,
                windows.c.verdict.is_not(None),
                windows.c.window_start >= start,
                *([windows.c.window_start < end] if end else []),
            )
            .order_by(windows.c.evaluated_at)
        )
        newest = {(row.window_start, row.window_end): row.verdict for row in self._database.rows(query)}
        return [newest[span] for span in sorted(newest)]

    def last_end(self, service: str, config_hash: str | None = None) -> datetime | None:
        """Return the end of the newest window with a verdict, or None."""
        query = select(func.max(windows.c.window_end)).where(
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
            row = connection.execute(select(windows).where(one).with_for_update()).first()
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
            select(window_history)
            .where(
                window_history.c.service == service,
                window_history.c.release == release,
                window_history.c.window_start == window_start,
                window_history.c.config_hash == config_hash,
            )
            .order_by(window_history.c.superseded_at)
        )
        return [window_row(row) for row in self._database.rows(query)]

    def _listed(self, *conditions: ColumnElement[bool]) -> list[WindowRow]:
        query = select(windows).where(*conditions).order_by(windows.c.window_start, windows.c.release)
        return [window_row(row) for row in self._database.rows(query)]


def _span(row: WindowRow) -> tuple[str, datetime, datetime]:
    return row.release, row.window_start, row.window_end


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
