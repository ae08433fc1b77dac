"""Leases: one run at a time on the same thing; a crashed run's lease is taken over."""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Row, Table, and_, select

from tasks.domain.errors import LeaseHeldError, SettingsError, StoreError
from tasks.store.columns import UtcTime, Words, metadata
from tasks.store.database import Database
from tasks.store.process import Process, known_dead, this_process

logger = logging.getLogger(__name__)

VARIABLE = "PLUMBLINE_LEASE_SECONDS"
_DEFAULT_SECONDS = 60.0
# Each failed try means that another process won or released meanwhile; a few are chance, many are impossible.
_TRIES = 20

leases = Table(
    "leases",
    metadata,
    Column("name", Words, primary_key=True),
    Column("token", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("host", Words, nullable=False),
    Column("place", Words, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("process_started", Words, nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)


class Held:
    """A lease that is held; renewed by a thread until it is let go.

    Args:
        database: Where it is kept.
        name: Of the lease.
        token: Tells this holding from every other.
        seconds: How long it lasts without renewal.
        since: A moment of `time.monotonic` that was no later than the one its time began to run from.
    """

    def __init__(self, database: Database, name: str, token: str, seconds: float, since: float) -> None:
        self.name = name
        self.seconds = seconds
        self._database = database
        self._mine = and_(leases.c.name == name, leases.c.token == token)
        self._renewed = since
        self._taken_away = False
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name=f"lease {name}", daemon=True)
        self._keeper.start()

    @property
    def lost(self) -> bool:
        """Whether another run may be at work on the same thing by now."""
        return self._taken_away or time.monotonic() - self._renewed >= self.seconds

    def check(self) -> None:
        """Make sure that the lease is still held, renewing it when its time is up.

        Raises:
            LeaseHeldError: when it is not: what is being done must not be written.
        """
        if self.lost and not self._taken_away:
            self._renew()
        if self.lost:
            raise LeaseHeldError(
                f"the lease {self.name!r} was lost: it could not be renewed within {self.seconds:g} s; stop and run "
                f"again, with a larger {VARIABLE} if this process was merely slow"
            )

    def let_go(self) -> None:
        """Stop renewing and release the lease, if it is still this one's."""
        self._over.set()
        self._keeper.join()
        try:
            self._database.write(leases.delete().where(self._mine))
        except StoreError as error:
            # What was done under the lease stands; the lease itself runs out.
            logger.warning("lease %r could not be released and runs out in %g s: %s", self.name, self.seconds, error)

    def _keep(self) -> None:
        while not self._taken_away and not self._over.wait(self.seconds / 3):
            self._renew()

    def _renew(self) -> None:
        try:
            with self._database.writing() as connection:
                before = time.monotonic()
                until = self._database.now(connection) + timedelta(seconds=self.seconds)
                renewed = connection.execute(leases.update().where(self._mine).values(expires_at=until)).rowcount
        except StoreError as error:
            logger.warning("lease %r could not be renewed: %s", self.name, error)
            return
        if renewed:
            # Keeper and `check` may both renew; the later one counts.
            self._renewed = max(self._renewed, before)
        else:
            self._taken_away = True
            logger.error("lease %r was taken over by another run", self.name)


class Leases:
    """Leases by name.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def hold(self, name: str, *, owner: str | None = None, seconds: float | None = None) -> Iterator[Held]:
        """Hold a lease while the block runs.

        A lease that ran out is taken over, and at once one whose process on this host is known to be dead.

        Args:
            name: What it is on, such as `evaluate/support-bot`.
            owner: Who holds it, for the words others get; None: host and process.
            seconds: How long it lasts without renewal; None: `PLUMBLINE_LEASE_SECONDS`, else 60.

        Raises:
            LeaseHeldError: when another run holds it and may be alive.
        """
        life = _seconds(seconds)
        token = uuid.uuid4().hex
        # A commit may take long: who takes the lease over counts from before it.
        held = Held(self._database, name, token, life, self._take(name, token, owner, life))
        try:
            yield held
        finally:
            held.let_go()

    def _take(self, name: str, token: str, owner: str | None, life: float) -> float:
        """Take the lease; returns when its time began to run, by `time.monotonic`."""
        process = this_process()
        for _ in range(_TRIES):
            with self._database.writing() as connection:
                since = time.monotonic()
                now = self._database.now(connection)
                values = {
                    "token": token,
                    "owner": owner or f"process {process.pid} on {process.host}",
                    "host": process.host,
                    "place": process.place,
                    "pid": process.pid,
                    "process_started": process.started,
                    "taken_at": now,
                    "expires_at": now + timedelta(seconds=life),
                }
                insert = self._database.insert(leases).values(name=name, **values).on_conflict_do_nothing()
                if connection.execute(insert).rowcount:
                    return since
                row = connection.execute(select(leases).where(leases.c.name == name)).first()
                if row is None:
                    continue
                if not _free(row, now):
                    raise LeaseHeldError(_held_words(row, now))
                # Compare and set: who takes over must have seen the very holding that it replaces.
                same = and_(leases.c.name == name, leases.c.token == row.token, leases.c.expires_at == row.expires_at)
                if connection.execute(leases.update().where(same).values(**values)).rowcount:
                    logger.warning("lease %r is taken over from %s, which ended without releasing it", name, row.owner)
                    return since
        raise LeaseHeldError(f"the lease {name!r} changed hands {_TRIES} times while it was asked for; run again later")


def _free(row: Row[Any], now: datetime) -> bool:
    return row.expires_at <= now or known_dead(Process(row.host, row.place, row.pid, row.process_started))


def _held_words(row: Row[Any], now: datetime) -> str:
    left = max(0.0, (row.expires_at - now).total_seconds())
    return (
        f"the lease {row.name!r} is held by {row.owner} (process {row.pid} on {row.host}) since "
        f"{row.taken_at:%Y-%m-%d %H:%M:%S}Z; wait for it, or end that process: its lease then runs out in {left:.0f} s"
    )


def _seconds(seconds: float | None) -> float:
    if seconds is None:
        text = os.environ.get(VARIABLE) or str(_DEFAULT_SECONDS)
        try:
            seconds = float(text)
        except ValueError:
            raise SettingsError(f"{VARIABLE} is {text!r}, which is no number of seconds; give one like 60") from None
    if not 0 < seconds < float("inf"):
        raise SettingsError(f"a lease of {seconds:g} s cannot be held; give {VARIABLE} a number above 0, such as 60")
    return seconds
