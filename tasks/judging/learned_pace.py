"""A pace that is learned from the endpoint: what it lets through, and what its headers say is left.

Nothing is known at first and nothing is held back. A rejection sets the pace to what was let through; it then grows,
quickly until the third rejection, slowly from there (additive increase, multiplicative decrease; Chiu and Jain, 1989).
Where being slower does not help, rejections are not about the pace (an overloaded provider rejects whom it will), and
it stays: cut at each of them, a tenth of the requests rejected at random would bring any pace down to one a second.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections import deque
from collections.abc import Mapping

_SPAN_SECONDS = 1.0
"""What was accepted in this time is what the endpoint allows."""

_BEGINNING_SECONDS = 0.25
"""So much of it at least, when the first rejection comes at once: a few requests in no time are no pace."""

_LEAST_SECONDS_BETWEEN_CUTS = 0.5
"""One overload rejects many requests; it is one reason to slow down, not many."""

_QUICKLY, _SLOWLY, _COARSE_CUTS = 0.2, 0.02, 3
"""Growth a second, before and after so many cuts."""

_CUT = 0.9

_ENOUGH = 20
"""So many requests at least show whether a cut helped."""

_REMEMBERED = 8
"""Of more than so many times as many, half are forgotten: what is rejected now counts."""

_AT_RANDOM = (0.02, 0.25)
"""Shares of rejections that may be chance. More is an endpoint overrun; less, one whose limit was just found."""

_DURATION = re.compile(r"([0-9.]+)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


class LearnedPace:
    """Requests a second as far as the endpoint has shown them; None while it has not.

    Args:
        known: Requests a second that are allowed, where the settings say so; a rejection then means little.

    Attributes:
        rate: Requests a second.
    """

    def __init__(self, known: float | None = None) -> None:
        self._known = known
        self.rate: float | None = None
        self._sent: deque[float] = deque(maxlen=4096)
        self._rejected: deque[float] = deque(maxlen=4096)
        self._next = 0.0
        self._last_cut = 0.0
        self._cuts = 0
        self._told = False
        self._began = math.inf
        self._share_before: float | None = None
        self._sent_since = self._rejected_since = 0

    async def take(self) -> None:
        """Wait for the next place."""
        if (pause := self.reserve(time.monotonic())) > 0:
            await asyncio.sleep(pause)
        self.sent(time.monotonic())

    def reserve(self, now: float) -> float:
        """Take the next place; returns in how many seconds it comes."""
        if self.rate is None:
            return 0.0
        due = max(self._next, now)
        self._next = due + 1.0 / self.rate
        return due - now

    def sent(self, now: float) -> None:
        """Note that a request goes out."""
        self._began = min(self._began, now)
        self._sent.append(now)
        self._sent_since += now - self._last_cut >= _LEAST_SECONDS_BETWEEN_CUTS
        if self._sent_since > _REMEMBERED * self._enough:
            self._sent_since, self._rejected_since = self._sent_since // 2, self._rejected_since // 2

    def accepted(self, headers: Mapping[str, str], in_flight: int, tokens: float) -> None:
        """Learn from an answer.

        Args:
            headers: Of the answer.
            in_flight: Requests under way.
            tokens: Of a usual request.
        """
        if (told := told_rate(headers, in_flight, tokens)) is not None:
            self.rate, self._told = max(told, 0.05), True
        elif self._told:
            # There is plenty again.
            self.rate, self._told = None, False
        elif self.rate is not None and self._sent_since >= self._enough:
            # Before that it is still to be seen whether the last cut helped.
            # For each of `rate` answers a second, so that the growth is per second.
            coarse = self._known is not None or self._cuts < _COARSE_CUTS
            self.rate = min(self.rate + (_QUICKLY if coarse else _SLOWLY), self._known or math.inf)

    def rejected(self, now: float) -> bool:
        """Slow down to what was let through lately; returns whether this rejection says anything about the pace."""
        self._rejected.append(now)
        if now - self._last_cut < _LEAST_SECONDS_BETWEEN_CUTS:
            return False
        self._rejected_since += 1
        if self._rejected_at_random():
            return False
        sent, rejected = (
            sum(now - moment < _SPAN_SECONDS for moment in moments) for moments in (self._sent, self._rejected)
        )
        let_through = (sent - rejected) / min(_SPAN_SECONDS, max(now - self._began, _BEGINNING_SECONDS))
        self._share_before = (
            rejected / max(sent, 1) if self.rate is None else self._rejected_since / max(self._sent_since, 1)
        )
        if self.rate is None:
            self.rate = self._known or max(1.0, let_through * _CUT)
        else:
            self.rate = max(0.05, min(self.rate, max(let_through, self.rate / 2)) * _CUT)
        self._last_cut = now
        self._cuts += 1
        self._sent_since = self._rejected_since = 0
        return True

    @property
    def _enough(self) -> float:
        """Requests after a cut from which one can see whether it helped: a second's worth, and not too few."""
        return max(_ENOUGH, (self.rate or 0.0) * _SPAN_SECONDS)

    def _rejected_at_random(self) -> bool:
        """Whether the last cut has changed nothing about how many are rejected, or it cannot be said yet."""
        if self._share_before is None or self._share_before < _AT_RANDOM[0]:
            return False
        if self._sent_since < self._enough:
            return self._rejected_since <= _AT_RANDOM[1] * self._enough
        share = self._rejected_since / self._sent_since
        return _AT_RANDOM[0] <= share <= _AT_RANDOM[1] and share >= self._share_before / 2


def told_rate(headers: Mapping[str, str], in_flight: int, tokens: float) -> float | None:
    """Return the requests a second that `x-ratelimit-*` headers leave, or None while they leave plenty.

    A bucket that refills evenly says how much is missing and when it is full again; a fixed window how much is left
    until it starts anew. Whichever it is, the larger of the two is asked for, and a rejection corrects it.
    """
    if "x-ratelimit-remaining-requests" not in headers and "x-ratelimit-remaining-tokens" not in headers:
        return None
    rates = []
    for kind, each in (("requests", 1.0), ("tokens", max(tokens, 1.0))):
        left = _number(headers.get(f"x-ratelimit-remaining-{kind}"))
        limit = _number(headers.get(f"x-ratelimit-limit-{kind}"))
        reset = duration(headers.get(f"x-ratelimit-reset-{kind}"))
        if left is None or reset is None or reset <= 0 or left > in_flight * each:
            continue
        missing = limit - left if limit is not None else 0.0
        rates.append(max(left, missing) / reset / each)
    return min(rates, default=None)


def duration(text: str | None) -> float | None:
    """Return seconds of `6m0s`, `20ms`, `1.5` or None.

    >>> duration("1m30s"), duration("20ms"), duration("7"), duration("soon")
    (90.0, 0.02, 7.0, None)
    """
    if not text:
        return None
    parts = _DURATION.findall(text)
    if parts:
        return sum(float(number) * _SECONDS[unit] for number, unit in parts)
    return _number(text)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
