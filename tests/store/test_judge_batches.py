"""Batches sent to a judge and not yet fetched."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from tasks.domain.judge_batch import BatchLine, JudgeBatch

NOON = datetime(2026, 9, 23, 12, tzinfo=UTC)


def batch(token: str, endpoint: str = "e") -> JudgeBatch:
    """A batch of one line."""
    line = BatchLine(f"key {token}", "content", has_context=True, flags=("instructs the judge",))
    return JudgeBatch(token=token, endpoint=endpoint, lines=(line,), attempt=1, began_at=NOON)


def test_a_batch_is_open_until_it_is_closed(store):
    """What is newly known replaces what was; other endpoints are another's."""
    store.judge_batches.keep(batch("b"))
    store.judge_batches.keep(batch("a"))
    store.judge_batches.keep(batch("c", endpoint="other"))
    sent = replace(batch("a"), batch_id="batch_1")
    store.judge_batches.keep(sent)
    assert store.judge_batches.open("e") == [sent, batch("b")]
    store.judge_batches.close("a")
    store.judge_batches.close("a")
    assert store.judge_batches.open("e") == [batch("b")]
