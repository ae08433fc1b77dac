"""Anchors: candidates of windows, frozen with a baseline, judged again in rotation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tasks.domain.interaction import Interaction
from tasks.store import Anchor

START = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def anchor(content: str, quality: float = 0.5) -> Anchor:
    """A candidate with a text that no database likes."""
    texts = Interaction(interaction_id=content, timestamp=START, prompt=f"prompt {content}\x00", response="東京 \u202e")
    return Anchor(content=content, interaction=texts, quality=quality)


def freeze(store, windows, number=100):
    """Freeze the anchors of release 2 from windows of release 1."""
    return store.anchors.freeze("bot", "2", "c", asked="a", of_release="1", windows=set(windows), number=number)


def test_without_candidates_there_are_no_anchors(store):
    """Nothing of another service, release or question is taken instead."""
    store.anchors.offer("other", "a", "1", START, [anchor("x")])
    store.anchors.offer("bot", "b", "1", START, [anchor("y")])
    store.anchors.offer("bot", "a", "9", START, [anchor("z")])
    assert freeze(store, [START]) == []


def test_anchors_are_frozen_once_from_the_baselines_windows(store):
    """Later candidates change nothing; texts come back as they were."""
    for hour in range(4):
        store.anchors.offer("bot", "a", "1", START + hour * HOUR, [anchor(f"{n}{hour}", n / 10) for n in range(5)])
    held = freeze(store, [START, START + 2 * HOUR], number=7)
    assert [one.content for one in held] == ["00", "02", "10", "12", "20", "22", "30"]
    assert held[0].interaction.response == "東京 \u202e"
    assert held[2].quality == 0.1
    assert freeze(store, [START + HOUR]) == held


def test_the_longest_unchecked_come_first(store):
    """Rotation: never checked before checked, old before new."""
    store.anchors.offer("bot", "a", "1", START, [anchor(name) for name in "abc"])
    freeze(store, [START])
    store.anchors.checked("bot", "2", "c", {"a": 0.4}, START + 2 * HOUR)
    store.anchors.checked("bot", "2", "c", {"b": 0.3}, START + HOUR)
    found = store.anchors.of("bot", "2", "c")
    assert [one.content for one in found] == ["c", "b", "a"]
    assert found[2].checked_quality == 0.4
    assert found[2].quality == 0.5


def test_old_candidates_are_dropped_and_anchors_stay(store):
    """Texts are kept no longer than a baseline can need them."""
    store.anchors.offer("bot", "a", "1", START, [anchor("a")])
    store.anchors.offer("bot", "a", "1", START + HOUR, [anchor("b")])
    held = freeze(store, [START])
    store.anchors.forget_before("bot", "a", START + HOUR)
    assert store.anchors.of("bot", "2", "c") == held
    again = store.anchors.freeze(
        "bot", "3", "c", asked="a", of_release="1", windows={START, START + HOUR}, number=9
    )  # fmt: skip
    assert [one.content for one in again] == ["b"]
