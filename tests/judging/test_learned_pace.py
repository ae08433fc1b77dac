"""The pace learned from rejections and headers."""

from __future__ import annotations

import asyncio
import time

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
            pace.rejected()
        return free, pace.rate

    free, rate = asyncio.run(run())
    assert free < 0.1
    assert rate == 19


def test_a_known_limit_is_not_unlearned_by_one_rejection() -> None:
    """It grows back to what is known, and not beyond."""
    pace = LearnedPace(known=50)
    pace.rejected()
    assert pace.rate == 50
    for _ in range(100):
        pace.accepted({}, 1, 1)
    assert pace.rate == 50
