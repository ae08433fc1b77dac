"""A window as it is kept, and the tables it is kept in: the newest verdict, and the ones it replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Row, Table, Text, UniqueConstraint

from tasks.store.columns import UtcTime, Words, metadata


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


def window_row(row: Row[Any]) -> WindowRow:
    """Return a row of either table as what it means."""
    known = {name: row._mapping[name] for name in WindowRow.__dataclass_fields__}  # noqa: SLF001 (public by its documentation)
    return WindowRow(**known | {"state": WindowState(row.state)})
