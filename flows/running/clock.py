"""What time it is, for a run: the real time, unless a replay says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_replayed: ContextVar[datetime | None] = ContextVar("replayed", default=None)


def now() -> datetime:
    """Return the time in UTC."""
    return _replayed.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let runs inside believe it is this moment: the demo and backtests play the past hour by hour."""
    token = _replayed.set(moment)
    try:
        yield
    finally:
        _replayed.reset(token)
