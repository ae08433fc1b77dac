"""Evidence after each window of a release, so that the next window goes on where the last one ended."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Row, Table, and_, select

from tasks.store.columns import Json, UtcTime, Words, metadata
from tasks.store.database import Database

evidence = Table(
    "evidence",
    metadata,
    Column("service", Words, primary_key=True),
    Column("release", Words, primary_key=True),
    Column("config_hash", Words, primary_key=True),
    Column("window_start", UtcTime, primary_key=True),
    Column("window_end", UtcTime, nullable=False),
    Column("detector_hash", Words, nullable=False),
    Column("state", LargeBinary),
    Column("log_evidence", Json, nullable=False),
    Column("families", Json, nullable=False),
)

# States are JSON of many near-equal numbers; level 1 makes them a quarter at no time worth naming.
_LEVEL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """The evidence after one window.

    Attributes:
        detector_hash: Names the detectors that wrote the state.
        state: Theirs, opaque; None where it is not kept.
        log_evidence: Log e-value by monitor; may be −inf.
        families: What the two families of evidence stand at, and what else belongs to the window; JSON.
    """

    service: str
    release: str
    config_hash: str
    window_start: datetime
    window_end: datetime
    detector_hash: str
    state: bytes | None
    log_evidence: Mapping[str, float]
    families: Mapping[str, Any]


class Evidence:
    """Evidence by service, release, configuration and window.

    Args:
        database: Where it is kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self,
        service: str,
        release: str,
        config_hash: str,
        window_start: datetime,
        window_end: datetime,
        *,
        detector_hash: str,
        state: bytes | None,
        log_evidence: Mapping[str, float],
        families: Mapping[str, Any],
    ) -> None:
        """Keep the evidence after a window, in place of what was kept before."""
        self.put_many(
            [
                EvidenceRow(
                    service=service,
                    release=release,
                    config_hash=config_hash,
                    window_start=window_start,
                    window_end=window_end,
                    detector_hash=detector_hash,
                    state=state,
                    log_evidence=log_evidence,
                    families=families,
                )
            ]
        )

    def put_many(self, rows: Sequence[EvidenceRow]) -> None:
        """Keep the evidence after many windows in one transaction."""
        if not rows:
            return
        insert = self._database.insert(evidence)
        changed = {
            name: insert.excluded[name] for name in ("window_end", "detector_hash", "state", "log_evidence", "families")
        }
        statement = insert.on_conflict_do_update(index_elements=list(evidence.primary_key), set_=changed)
        with self._database.writing() as connection:
            connection.execute(statement, [_values(row) for row in rows])

    def last_before(self, service: str, release: str, config_hash: str, window_start: datetime) -> EvidenceRow | None:
        """Return the evidence after the newest window that starts before this one, or None."""
        query = (
            select(evidence)
            .where(_of(service, release, config_hash), evidence.c.window_start < window_start)
            .order_by(evidence.c.window_start.desc())
            .limit(1)
        )
        row = self._database.row(query)
        return _row(row) if row else None

    def history(self, service: str, release: str, config_hash: str) -> list[EvidenceRow]:
        """Return the evidence after every window, in time order."""
        query = select(evidence).where(_of(service, release, config_hash)).order_by(evidence.c.window_start)
        return [_row(row) for row in self._database.rows(query)]

    def drop_from(self, service: str, release: str, config_hash: str, window_start: datetime) -> int:
        """Forget the evidence of the windows that start at or after this one; returns of how many."""
        return self._database.write(
            evidence.delete().where(_of(service, release, config_hash), evidence.c.window_start >= window_start)
        )


def _of(service: str, release: str, config_hash: str) -> ColumnElement[bool]:
    return and_(evidence.c.service == service, evidence.c.release == release, evidence.c.config_hash == config_hash)


def _values(row: EvidenceRow) -> dict[str, Any]:
    packed = None if row.state is None else zlib.compress(row.state, _LEVEL)
    return {name: getattr(row, name) for name in EvidenceRow.__dataclass_fields__} | {"state": packed}


def _row(row: Row[Any]) -> EvidenceRow:
    state = None if row.state is None else zlib.decompress(row.state)
    return EvidenceRow(**dict(row._mapping) | {"state": state})  # noqa: SLF001 (public by its documentation)
