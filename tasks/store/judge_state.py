"""Whether a judge is paused: remembered over runs, so that a judge known to be down is not asked a thousand times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Table, select

from tasks.store.columns import UtcTime, Words, metadata
from tasks.store.database import Database

judge_pauses = Table(
    "judge_pauses",
    metadata,
    Column("key", Words, primary_key=True),
    Column("reason", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a judge is paused, and since when."""

    reason: str
    at: datetime


class JudgeState:
    """Pauses by judge: a hash of endpoint and model.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def pause(self, key: str, reason: str, at: datetime) -> None:
        """Pause a judge; a later pause replaces an earlier one."""
        insert = self._database.insert(judge_pauses).values(key=key, reason=reason, at=at)
        changed = {"reason": insert.excluded["reason"], "at": insert.excluded["at"]}
        self._database.write(insert.on_conflict_do_update(index_elements=[judge_pauses.c.key], set_=changed))

    def paused(self, key: str) -> Pause | None:
        """Return the judge's pause, or None."""
        row = self._database.row(select(judge_pauses).where(judge_pauses.c.key == key))
        return Pause(row.reason, row.at) if row else None

    def clear(self, key: str) -> bool:
        """Let the judge be asked again; False when it was not paused."""
        return bool(self._database.write(judge_pauses.delete().where(judge_pauses.c.key == key)))
