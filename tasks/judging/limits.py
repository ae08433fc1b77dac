"""How fast the judge is asked: a limit that adapts, an even pace, and a breaker for a judge that is away."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from tasks.domain.judgment import Cause

FAILURES_TO_TRIP = 30
"""Failures of transport or server in a row without one success: the judge is unavailable."""

FEW_FAILURES, LONG_SECONDS = 3, 30.0
"""So are this many in a row, when nothing has succeeded for this long: few requests must not take minutes to fail."""

_CLOSED = 3
"""Rejections in a row after which all wait as long as the endpoint asks; a single one concerns its request alone."""

_BURST_SECONDS = 0.25
"""What a pace may send at once: little enough for a limiter that hardly stores, enough to make up for a late start."""


class AdaptiveLimit:
    """Requests in flight: one more for each round of successes, a third less at a rejection.

    Additive increase and multiplicative decrease settle near what the endpoint allows (Chiu and Jain, 1989).
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.allowed = float(most)
        self._in_flight = 0
        self._waiters: list[asyncio.Future[None]] = []
        self._resume_at = 0.0
        self._rejections = 0

    @property
    def in_flight(self) -> int:
        """How many have a place."""
        return self._in_flight

    async def enter(self) -> None:
        """Wait for a place in flight, and for the end of a pause the endpoint asked for."""
        while self._in_flight >= int(self.allowed):
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        self._in_flight += 1
        if (pause := self._resume_at - time.monotonic()) > 0:
            await asyncio.sleep(pause)

    def leave(self) -> None:
        """Give the place back."""
        self._in_flight -= 1
        free = int(self.allowed) - self._in_flight
        while free > 0 and self._waiters:
            waiter = self._waiters.pop()
            if not waiter.done():
                waiter.set_result(None)
                free -= 1

    def succeeded(self) -> None:
        """Allow a little more."""
        self._rejections = 0
        self.allowed = min(float(self._most), self.allowed + 1.0 / self.allowed)

    def rejected(self, retry_after: float | None, *, slow_down: bool) -> None:
        """Allow a third less, and pause as long as the endpoint asks when it lets nothing through.

        Args:
            retry_after: Seconds it asks for.
            slow_down: Whether the rejection is a reason to ask for less: one overload rejects many requests and is one
                reason, not many, and some are rejected however slowly one goes.
        """
        now = time.monotonic()
        self._rejections += 1
        if slow_down:
            self.allowed = max(1.0, self.allowed * 0.67)
        if retry_after is not None and self._rejections >= _CLOSED:
            self._resume_at = max(self._resume_at, now + min(retry_after, 60.0))


class Pace:
    """At most so many a minute, evenly: a burst of at most a quarter second's worth."""

    def __init__(self, per_minute: float) -> None:
        self._interval = 60.0 / per_minute
        self._next = 0.0

    async def take(self, amount: float = 1.0) -> None:
        """Wait until this many may go."""
        now = time.monotonic()
        self._next = max(self._next, now - _BURST_SECONDS + self._interval)
        due = self._next
        self._next += amount * self._interval
        if due > now:
            await asyncio.sleep(due - now)


@dataclass(slots=True)
class Breaker:
    """Notices a judge that is away, or refuses us altogether.

    Attributes:
        down: Why no more requests are sent; None while they are.
        ever_answered: Whether there was a success in this run.
    """

    down: Cause | None = None
    ever_answered: bool = False
    _failures: int = field(default=0)
    _well_at: float = field(default_factory=time.monotonic)

    def answered(self) -> None:
        """Note a success."""
        self._failures = 0
        self._well_at = time.monotonic()
        self.ever_answered = True

    def failed(self) -> None:
        """Note a failure of transport or server."""
        self._failures += 1
        long = self._failures >= FEW_FAILURES and time.monotonic() - self._well_at >= LONG_SECONDS
        if long or self._failures >= FAILURES_TO_TRIP:
            self.down = self.down or Cause.UNAVAILABLE

    def refused(self, cause: Cause) -> None:
        """Note that asking again is of no use: a wrong key, a used-up quota or budget."""
        self.down = self.down or cause
