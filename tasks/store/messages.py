"""Messages to people: each is sent once, also when a crash comes between deciding and sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Table, Text, and_, select

from tasks.store.columns import Json, UtcTime, Words, metadata
from tasks.store.database import Database

messages = Table(
    "messages",
    metadata,
    Column("service", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("state", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
)


class MessageState(StrEnum):
    """Whether a message was sent."""

    PENDING = "pending"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to people.

    Attributes:
        key: What it is about; the same key is the same message.
        body: What is said; JSON.
        attempts: How often sending failed.
    """

    service: str
    key: str
    body: Mapping[str, Any]
    attempts: int
    created_at: datetime


class Messages:
    """Messages by service and key.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, service: str, key: str, body: Mapping[str, Any], *, at: datetime | None = None) -> bool:
        """Put a message up for sending; False when its key is known already, sent or not."""
        insert = self._database.insert(messages).values(
            service=service,
            key=key,
            state=MessageState.PENDING.value,
            body=dict(body),
            attempts=0,
            created_at=at or datetime.now(UTC),
        )
        return bool(self._database.write(insert.on_conflict_do_nothing()))

    def pending(self, service: str) -> list[Message]:
        """Return the messages still to be sent, oldest first."""
        query = (
            select(messages)
            .where(messages.c.service == service, messages.c.state == MessageState.PENDING.value)
            .order_by(messages.c.created_at, messages.c.key)
        )
        return [
            Message(service=row.service, key=row.key, body=row.body, attempts=row.attempts, created_at=row.created_at)
            for row in self._database.rows(query)
        ]

    def mark_sent(self, service: str, key: str, *, at: datetime | None = None) -> bool:
        """Say that a message was sent; False when it was so already, or is unknown."""
        values = {"state": MessageState.SENT.value, "sent_at": at or datetime.now(UTC)}
        return bool(self._database.write(messages.update().where(_pending(service, key)).values(**values)))

    def mark_failed(self, service: str, key: str) -> bool:
        """Count an attempt that failed; the message stays pending. False when it was sent, or is unknown."""
        more = {"attempts": messages.c.attempts + 1}
        return bool(self._database.write(messages.update().where(_pending(service, key)).values(**more)))

    def give_up(self, service: str, key: str) -> bool:
        """Try a message no more; it is kept as not sent. False when it was sent, or is unknown."""
        values = {"state": MessageState.GIVEN_UP.value}
        return bool(self._database.write(messages.update().where(_pending(service, key)).values(**values)))


def _pending(service: str, key: str) -> ColumnElement[bool]:
    return and_(messages.c.service == service, messages.c.key == key, messages.c.state == MessageState.PENDING.value)
