"""Column types that mean the same on SQLite and PostgreSQL: times in UTC, text of any origin, JSON with infinities."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from tasks.domain.errors import StoreError

metadata = MetaData()
"""Every table of the store; each is declared beside the class that uses it."""


def utc_text(moment: datetime) -> str:
    """Return the moment as text of fixed width, which sorts as the times do."""
    return require_aware(moment).astimezone(UTC).isoformat(timespec="microseconds")


def require_aware(moment: datetime) -> datetime:
    """Return the moment as it is.

    Raises:
        StoreError: when it has no time zone: what it meant could then only be guessed.
    """
    if moment.tzinfo is None:
        raise StoreError(f"{moment.isoformat()} has no time zone; the store keeps aware times only")
    return moment


def clean(text: str) -> str:
    """Return text that every database takes: PostgreSQL refuses NUL, and no UTF-8 holds half a surrogate pair."""
    if "\x00" in text:
        text = text.replace("\x00", "\N{SYMBOL FOR NULL}")
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


_encoder = json.JSONEncoder(separators=(",", ":"))


def as_json(value: Any) -> str:
    """Return the value as ASCII JSON; infinities are written as Python reads them back."""
    return _encoder.encode(value)


class UtcTime(TypeDecorator[datetime]):
    """An aware time: `timestamptz` on PostgreSQL, ISO text of fixed width on SQLite, always given back in UTC."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the database's own type."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn the time into what the database keeps."""
        if value is None:
            return None
        return utc_text(value) if dialect.name == "sqlite" else require_aware(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (the base's)
        """Give it back in UTC."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return require_aware(moment).astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text of any origin; what no database takes is replaced by visible marks, the same way on every use."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (the base's)
        """Replace what PostgreSQL or UTF-8 refuses."""
        return None if value is None else clean(value)


class Json(TypeDecorator[Any]):
    """JSON in a text column: PostgreSQL's own JSON type refuses `-Infinity`, which evidence may be."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 (the base's)
        """Write it."""
        return None if value is None else as_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 (the base's)
        """Read it."""
        return None if value is None else json.loads(value)
