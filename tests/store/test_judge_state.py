"""Judges that are paused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tasks.store import Pause

NOON = datetime(2026, 9, 23, 12, tzinfo=UTC)


def test_a_judge_is_paused_until_it_is_cleared(store):
    """A later pause replaces an earlier one."""
    assert store.judge_state.paused("judge") is None
    store.judge_state.pause("judge", "30 failures in a row", NOON)
    store.judge_state.pause("judge", "quota used up", NOON + timedelta(hours=1))
    assert store.judge_state.paused("judge") == Pause("quota used up", NOON + timedelta(hours=1))
    assert store.judge_state.paused("another") is None
    assert store.judge_state.clear("judge")
    assert not store.judge_state.clear("judge")
    assert store.judge_state.paused("judge") is None
