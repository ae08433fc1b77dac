"""The pace learned from rejections and headers."""

from __future__ import annotations

import asyncio
import heapq
import random
import time
from statistics import fmean

import pytest

from tasks.judging.learned_pace import LearnedPace, duration, told_rate


def test_headers_without_limits_or_with_plenty_say_nothing() -> None:
    """Only what runs out slows anyone down."""
    plenty = {"x-ratelimit-remaining-requests": "900", "x-ratelimit-reset-requests": "1s"}
    for headers in ({}, {"x-ratelimit-remaining-requests": "soon"}, {"x-ratelimit-remaining-requests": "0"}, plenty):
        assert told_rate(headers, in_flight=8, tokens=500) is None


def test_a_bucket_that_refills_evenly_tells_its_rate() -> None:
    """40 missing of 60, full again in 20 s: two a second."""
    headers = {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "20",
        "x-ratelimit-reset-requests": "20s",
    }
    assert told_rate(headers, in_flight=32, tokens=500) == pytest.approx(2.0)


def test_tokens_run_out_before_requests() -> None:
    """The tighter of the two counts."""
    headers = {
        "x-ratelimit-remaining-requests": "30",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-limit-tokens": "60000",
        "x-ratelimit-remaining-tokens": "1000",
        "x-ratelimit-reset-tokens": "59s",
    }
    assert told_rate(headers, in_flight=32, tokens=500) == pytest.approx(2.0)


@pytest.mark.parametrize(("text", "seconds"), [("6m0s", 360), ("20ms", 0.02), ("1.5", 1.5), ("", None), ("x", None)])
def test_durations_as_providers_write_them(text: str, seconds: float | None) -> None:
    """Go's notation or plain seconds."""
    assert duration(text) == seconds


def test_nothing_is_held_back_before_a_rejection_and_a_rejection_slows_down() -> None:
    """What was let through lately becomes the pace; one overload is one reason."""

    async def run() -> tuple[float, float | None]:
        pace = LearnedPace()
        began = time.monotonic()
        for _ in range(20):
            await pace.take()
        free = time.monotonic() - began
        for _ in range(10):
            pace.rejected(time.monotonic())
        return free, pace.rate

    free, rate = asyncio.run(run())
    assert free < 0.1
    assert rate == pytest.approx(0.9 * 19 / 0.25)


def traffic(limit: float | None, at_random: float, seconds: float = 60.0) -> list[tuple[float, float]]:
    """Return (answers a second, share rejected) in each ten seconds of made-up time: 64 callers, 0.2 s an answer."""
    pace, rng, filled, bucket = LearnedPace(), random.Random(11), 1000.0, limit or 0.0
    events = [(1000.0 + 0.001 * caller, caller, "ask") for caller in range(64)]
    done, rejected = [0] * 6, [0] * 6
    while events:
        now, caller, what = heapq.heappop(events)
        if now >= 1000.0 + seconds:
            break
        tenth = int((now - 1000.0) // 10)
        if what == "ask":
            heapq.heappush(events, (now + pace.reserve(now), caller, "send"))
        elif what == "send":
            pace.sent(now)
            bucket, filled = min(limit or 0.0, bucket + (now - filled) * (limit or 0.0)), now
            if (limit is not None and bucket < 1) or rng.random() < at_random:
                pace.rejected(now)
                rejected[tenth] += 1
                heapq.heappush(events, (now + 0.2 + rng.random(), caller, "ask"))
            else:
                bucket -= 1
                heapq.heappush(events, (now + 0.2, caller, "answer"))
        else:
            pace.accepted({}, 1, 1)
            done[tenth] += 1
            heapq.heappush(events, (now, caller, "ask"))
    return [(one / 10, lost / max(one + lost, 1)) for one, lost in zip(done, rejected, strict=True)]


@pytest.mark.parametrize("at_random", [0.05, 0.1, 0.2])
def test_rejections_at_random_slow_nobody_down(at_random: float) -> None:
    """However slowly one went, as many would be rejected: the callers stay busy."""
    assert all(speed > 30 for speed, _ in traffic(None, at_random)[2:])


@pytest.mark.parametrize("limit", [5.0, 50.0, 200.0])
def test_a_limit_is_found_and_kept(limit: float) -> None:
    """After ten seconds most of what is allowed is asked for, and little more."""
    later = traffic(limit, 0.0)[1:]
    assert fmean(speed for speed, _ in later) > 0.7 * limit
    assert fmean(share for _, share in later) < 0.06


def test_a_limit_is_found_among_rejections_at_random() -> None:
    """A tenth is lost anyway; hardly more than twice that is rejected."""
    later = traffic(50.0, 0.1)[1:]
    assert fmean(speed for speed, _ in later) > 30
    assert fmean(share for _, share in later) < 0.25


def test_a_known_limit_is_not_unlearned_by_one_rejection() -> None:
    """It grows back to what is known, and not beyond."""
    pace = LearnedPace(known=50)
    pace.rejected(time.monotonic())
    assert pace.rate == 50
    for _ in range(100):
        pace.accepted({}, 1, 1)
    assert pace.rate == 50
