"""Releases seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

START = datetime(2026, 9, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def test_an_unknown_origin_is_refused(store):
    """Only two are known."""
    with pytest.raises(ValueError, match="'guessed'"):
        store.releases.seen("bot", "1.4", START, START, origin="guessed")


def test_seeing_a_release_again_widens_what_is_known(store):
    """Earlier, later and in between."""
    for first, last in [(2, 3), (4, 5), (0, 1), (2, 2)]:
        store.releases.seen("bot", "1.4", START + first * DAY, START + last * DAY)
    (only,) = store.releases.of("bot")
    assert (only.first_seen, only.last_seen, only.origin) == (START, START + 5 * DAY, "observed")


def test_a_registered_release_stays_registered(store):
    """Also when it is then observed."""
    store.releases.seen("bot", "1.4", START, START)
    store.releases.seen("bot", "1.4", START, START, origin="registered")
    store.releases.seen("bot", "1.4", START, START + DAY)
    assert store.releases.of("bot")[0].origin == "registered"


def test_the_predecessor_is_the_release_first_seen_before(store):
    """Not the one of the next lower number."""
    for release, day in [("2.0", 1), ("1.9", 5), ("1.10", 3), ("2.0-eu", 1)]:
        store.releases.seen("bot", release, START + day * DAY, START + 9 * DAY)
    store.releases.seen("other", "7", START + 4 * DAY, START + 9 * DAY)
    assert [one.release for one in store.releases.of("bot")] == ["2.0", "2.0-eu", "1.10", "1.9"]
    assert store.releases.predecessor("bot", "1.9") == "1.10"
    assert store.releases.predecessor("bot", "1.10") == "2.0-eu"
    assert store.releases.predecessor("bot", "2.0") is None
    assert store.releases.predecessor("bot", "2.0-eu") is None
    assert store.releases.predecessor("bot", "unknown") is None
