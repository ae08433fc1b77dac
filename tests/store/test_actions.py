"""Actions on production."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.store import Action, ActionState

NOON = datetime(2026, 9, 23, 12, tzinfo=UTC)


def action(name: str = "a1", minutes: int = 0, **changes) -> Action:
    """A rollback some minutes later."""
    known = Action(
        id=name,
        service="bot",
        kind="rollback",
        from_release="1.5",
        to_release="1.4",
        reason="quality 0.82 → 0.71",
        by="policy auto",
        decision_id="d1",
        state=ActionState.STARTED,
        detail={"target": "alias", "share": 1.0},
        created_at=NOON + timedelta(minutes=minutes),
        updated_at=NOON + timedelta(minutes=minutes),
    )
    return replace(known, **changes)


def test_an_unknown_state_is_refused(store):
    """By name."""
    with pytest.raises(ValueError, match="'switching'"):
        store.actions.record(action(state="switching"))
    store.actions.record(action())
    with pytest.raises(ValueError, match="'switching'"):
        store.actions.update_state("a1", "started", "switching")


def test_an_action_is_recorded_once(store, reopened):
    """The same id is the same action, whatever else is said of it."""
    assert store.actions.record(action())
    assert not store.actions.record(action(reason="another"))
    with reopened() as other:
        assert other.actions.get("a1") == action()
    assert store.actions.get("a2") is None


def test_a_state_moves_on_only_from_where_it_was_thought_to_be(store):
    """Two runs that finish the same crash do it once."""
    store.actions.record(action())
    later = NOON + timedelta(minutes=5)
    assert not store.actions.update_state("a1", "requested", "done")
    assert store.actions.update_state("a1", "started", "switched", detail={"read_back": "1.4"}, at=later)
    assert not store.actions.update_state("a1", "started", "failed")
    assert not store.actions.update_state("unknown", "started", "failed")
    kept = store.actions.get("a1")
    assert (kept.state, kept.detail, kept.created_at, kept.updated_at) == (
        "switched",
        {"read_back": "1.4"},
        NOON,
        later,
    )


def test_of_many_that_move_an_action_on_one_does(store):
    """Compare and set."""
    store.actions.record(action())
    moved = []
    threads = [
        threading.Thread(target=lambda: moved.append(store.actions.update_state("a1", "started", "switched")))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(moved) == [False] * 5 + [True]


def test_the_last_of_a_kind_and_the_unfinished_are_found(store):
    """What a cooldown and a recovery after a crash ask."""
    assert store.actions.last("bot", "rollback") is None
    for one in [
        action("a3", 3, state=ActionState.REFUSED),
        action("a1", 1, state=ActionState.DONE),
        action("a2", 2, state=ActionState.SWITCHED),
        action("a4", 4, kind="hold", state=ActionState.WAITING),
        action("b1", 9, service="other"),
        action("a0", 0, state=ActionState.FAILED),
    ]:
        store.actions.record(one)
    assert [one.id for one in store.actions.of("bot")] == ["a0", "a1", "a2", "a3", "a4"]
    assert store.actions.last("bot", "rollback").id == "a3"
    assert store.actions.last("bot", "rollback", "done").id == "a1"
    assert [one.id for one in store.actions.unfinished("bot")] == ["a2", "a4"]


def test_an_action_without_times_is_given_them(store):
    """Now."""
    store.actions.record(action(created_at=None, updated_at=None))
    kept = store.actions.get("a1")
    assert kept.created_at == kept.updated_at
    assert abs((datetime.now(UTC) - kept.created_at).total_seconds()) < 60
