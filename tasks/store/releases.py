"""Releases of a service, as the logs or the registry showed them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Table, Text, case, select

from tasks.domain.release import Origin
from tasks.store.columns import UtcTime, Words, metadata
from tasks.store.database import Database

releases = Table(
    "releases",
    metadata,
    Column("service", Words, primary_key=True),
    Column("release", Words, primary_key=True),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    Column("origin", Text, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRelease:
    """A release and when it was seen.

    Attributes:
        first_seen: Start of the first window with its interactions.
        last_seen: End of the newest one.
        origin: `observed` in the logs or `registered` by people.
    """

    service: str
    release: str
    first_seen: datetime
    last_seen: datetime
    origin: Origin


class Releases:
    """Releases by service.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(
        self, service: str, release: str, first: datetime, last: datetime, *, origin: str = Origin.OBSERVED
    ) -> None:
        """Say that a release was seen between two times; widens what was known of it, and registered stays so."""
        insert = self._database.insert(releases).values(
            service=service, release=release, first_seen=first, last_seen=last, origin=Origin(origin).value
        )
        new, known = insert.excluded, releases.c
        self._database.write(
            insert.on_conflict_do_update(
                index_elements=list(releases.primary_key),
                set_={
                    "first_seen": case((new.first_seen < known.first_seen, new.first_seen), else_=known.first_seen),
                    "last_seen": case((new.last_seen > known.last_seen, new.last_seen), else_=known.last_seen),
                    "origin": case((new.origin == Origin.REGISTERED.value, new.origin), else_=known.origin),
                },
            )
        )

    def of(self, service: str) -> list[SeenRelease]:
        """Return the service's releases in the order they were first seen."""
        query = (
            select(releases).where(releases.c.service == service).order_by(releases.c.first_seen, releases.c.release)
        )
        return [
            SeenRelease(
                service=row.service,
                release=row.release,
                first_seen=row.first_seen,
                last_seen=row.last_seen,
                origin=Origin(row.origin),
            )
            for row in self._database.rows(query)
        ]

    def predecessor(self, service: str, release: str) -> str | None:
        """Return the release first seen latest before this one; None for the first, and for an unknown one."""
        known = self.of(service)
        first_seen = next((one.first_seen for one in known if one.release == release), None)
        if first_seen is None:
            return None
        return next((one.release for one in reversed(known) if one.first_seen < first_seen), None)
