"""Frozen baselines."""

from __future__ import annotations

import threading


def test_a_frozen_baseline_never_changes(store):
    """Who comes second gets the first one's."""
    assert store.baselines.get("bot", "1.4", "cafe") is None
    assert store.baselines.freeze("bot", "1.4", "cafe", '{"windows": 1}') == '{"windows": 1}'
    assert store.baselines.freeze("bot", "1.4", "cafe", '{"windows": 2}') == '{"windows": 1}'
    assert store.baselines.freeze("bot", "1.4", "beef", '{"windows": 3}') == '{"windows": 3}'
    assert store.baselines.get("bot", "1.4", "cafe") == '{"windows": 1}'


def test_threads_that_freeze_at_once_agree(store):
    """Whichever wins."""
    held = []

    def freeze(number: int) -> None:
        held.append(store.baselines.freeze("bot", "1.4", "cafe", str(number)))

    threads = [threading.Thread(target=freeze, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == 6
    assert set(held) == {store.baselines.get("bot", "1.4", "cafe")}
