"""Messages to people, each sent once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 9, 23, 12, tzinfo=UTC)


def test_a_message_is_put_up_once_also_after_it_was_sent(store):
    """A run that is repeated tells nobody twice."""
    assert store.messages.enqueue("bot", "fail/1.5", {"text": "größer 🙂"}, at=NOON)
    assert not store.messages.enqueue("bot", "fail/1.5", {"text": "again"})
    (waiting,) = store.messages.pending("bot")
    assert (waiting.key, waiting.body, waiting.attempts, waiting.created_at) == (
        "fail/1.5",
        {"text": "größer 🙂"},
        0,
        NOON,
    )
    assert store.messages.mark_sent("bot", "fail/1.5")
    assert not store.messages.mark_sent("bot", "fail/1.5")
    assert not store.messages.enqueue("bot", "fail/1.5", {"text": "again"})
    assert store.messages.pending("bot") == []
    assert store.messages.enqueue("other", "fail/1.5", {})


def test_pending_messages_come_oldest_first_and_count_their_failures(store):
    """What could not be sent stays."""
    store.messages.enqueue("bot", "late", {}, at=NOON + timedelta(minutes=1))
    store.messages.enqueue("bot", "early", {}, at=NOON)
    assert store.messages.mark_failed("bot", "late")
    assert store.messages.mark_failed("bot", "late")
    assert [(one.key, one.attempts) for one in store.messages.pending("bot")] == [("early", 0), ("late", 2)]
    store.messages.mark_sent("bot", "late")
    assert not store.messages.mark_failed("bot", "late")
    assert not store.messages.mark_failed("bot", "unknown")
