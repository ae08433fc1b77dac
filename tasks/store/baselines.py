"""Baselines, frozen: what a release is compared with never changes under it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Column, Table, select

from tasks.domain.errors import StoreError
from tasks.store.columns import UtcTime, Words, metadata
from tasks.store.database import Database

baselines = Table(
    "baselines",
    metadata,
    Column("service", Words, primary_key=True),
    Column("release", Words, primary_key=True),
    Column("config_hash", Words, primary_key=True),
    Column("body", Words, nullable=False),
    Column("frozen_at", UtcTime, nullable=False),
)


class Baselines:
    """Frozen baselines by service, release and configuration.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def freeze(
        self, service: str, release: str, config_hash: str, body: str, *, frozen_at: datetime | None = None
    ) -> str:
        """Freeze a baseline, given as JSON text, and return what holds: the first one frozen.

        Raises:
            StoreError: when it can neither be written nor read back.
        """
        insert = self._database.insert(baselines).values(
            service=service,
            release=release,
            config_hash=config_hash,
            body=body,
            frozen_at=frozen_at or datetime.now(UTC),
        )
        self._database.write(insert.on_conflict_do_nothing())
        held = self.get(service, release, config_hash)
        if held is None:
            raise StoreError(f"the baseline of {service!r} release {release!r} vanished while it was frozen; run again")
        return held

    def get(self, service: str, release: str, config_hash: str) -> str | None:
        """Return the frozen baseline as JSON text, or None."""
        row = self._database.row(
            select(baselines.c.body).where(
                baselines.c.service == service,
                baselines.c.release == release,
                baselines.c.config_hash == config_hash,
            )
        )
        return row.body if row else None
