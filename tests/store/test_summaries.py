"""Summaries of windows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tasks.domain.errors import StoreError
from tasks.domain.summary import JudgedScores, JudgeUsage, ValueCounts, WindowSummary
from tasks.store.summaries import summaries

START = datetime(2026, 9, 23, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)


def summary(hour: int = 0, release: str = "1.4", length: timedelta = HOUR, **changes) -> WindowSummary:
    """A summary of a window some hours later."""
    start = START + hour * HOUR
    return WindowSummary(service="bot", release=release, window_start=start, window_end=start + length, **changes)


def test_a_damaged_summary_is_an_error_that_names_the_window(store):
    """And says what to do."""
    store.summaries.put(summary(), "asked")
    for body in (b"no zlib", b"x\x9c\x03\x00\x00\x00\x00\x01"):
        store._database.write(summaries.update().values(body=body))
        with pytest.raises(StoreError, match=r"'bot' release '1.4' at 2026-09-23T13:00Z is damaged .* redo"):
            store.summaries.get("bot", "1.4", START, START + HOUR, "asked")


def test_a_summary_comes_back_equal(store, reopened):
    """With hashes of 64 bits and times in UTC."""
    whole = summary(
        rows=300,
        quarantined={"not JSON": 2},
        columns={"latency_ms": ValueCounts([812.0, 1e-300], [3, 4])},
        percentiles={"latency_ms/0.95": 840.0},
        errors=0,
        cost_usd=1.25,
        unknown_models={"größe 🙂": 1},
        judged=JudgedScores([0.1 + 0.2], [0.0], [2**64 - 1], [-1], []),
        judge=JudgeUsage(provider="openai", causes={"refused": 1}),
    )
    store.summaries.put(whole, "asked")
    with reopened() as other:
        kept = other.summaries.get("bot", "1.4", START, START + HOUR, "asked")
    assert kept == whole
    assert kept.window_start.utcoffset() == timedelta(0)
    assert store.summaries.get("bot", "1.4", START, START + HOUR, "asked otherwise") is None


def test_a_later_summary_replaces_the_earlier(store):
    """A window that was open is summarized again."""
    store.summaries.put(summary(rows=1), "asked")
    store.summaries.put(summary(rows=2), "asked")
    assert store.summaries.get("bot", "1.4", START, START + HOUR, "asked").rows == 2


def test_summaries_of_a_period_come_in_time_order_and_of_one_length(store):
    """Of one release, asked one thing."""
    for one in [summary(3), summary(1), summary(2), summary(2, length=3 * HOUR), summary(2, "1.5")]:
        store.summaries.put(one, "asked")
    store.summaries.put(summary(2, rows=9), "asked otherwise")
    found = store.summaries.between("bot", "1.4", START + HOUR, START + 4 * HOUR, HOUR, "asked")
    assert found == [summary(1), summary(2), summary(3)]
    assert store.summaries.between("bot", "1.4", START + HOUR, START + 3 * HOUR, HOUR, "asked") == found[:2]
    assert store.summaries.between("bot", "1.4", START, START + 9 * HOUR, 3 * HOUR, "asked") == [
        summary(2, length=3 * HOUR)
    ]
    assert store.summaries.releases("bot") == ["1.4", "1.5"]
    assert store.summaries.releases("bot", "asked otherwise") == ["1.4"]
    assert store.summaries.releases("other") == []
