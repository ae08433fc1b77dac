"""Batches sent to a judge and not yet fetched: a crash at any point resumes with the same batch."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Column, Table, select

from tasks.domain.judge_batch import JudgeBatch
from tasks.store.columns import Words, metadata
from tasks.store.database import Database

judge_batches = Table(
    "judge_batches",
    metadata,
    Column("token", Words, primary_key=True),
    Column("endpoint", Words, nullable=False, index=True),
    Column("body", Words, nullable=False),
)


class JudgeBatches:
    """Open batches by endpoint.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, batch: JudgeBatch) -> None:
        """Keep a batch, or what is newly known of it."""
        insert = self._database.insert(judge_batches).values(
            token=batch.token, endpoint=batch.endpoint, body=msgspec.json.encode(batch).decode()
        )
        changed = {"body": insert.excluded["body"]}
        self._database.write(insert.on_conflict_do_update(index_elements=[judge_batches.c.token], set_=changed))

    def open(self, endpoint: str) -> Sequence[JudgeBatch]:
        """Return the endpoint's batches whose answers are not all kept, oldest first."""
        rows = self._database.rows(select(judge_batches.c.body).where(judge_batches.c.endpoint == endpoint))
        found = [msgspec.json.decode(row.body, type=JudgeBatch) for row in rows]
        return sorted(found, key=lambda batch: (batch.began_at, batch.token))

    def close(self, token: str) -> None:
        """Forget a batch: every answer is kept, or asked for elsewhere."""
        self._database.write(judge_batches.delete().where(judge_batches.c.token == token))
