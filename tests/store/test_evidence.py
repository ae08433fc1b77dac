"""Evidence after each window."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from tasks.store import EvidenceRow

START = datetime(2026, 9, 23, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(hour: int = 0, **changes) -> EvidenceRow:
    """Evidence after a window some hours later."""
    known = {
        "service": "bot",
        "release": "1.4",
        "config_hash": "cafe",
        "window_start": START + hour * HOUR,
        "window_end": START + (hour + 1) * HOUR,
        "detector_hash": "d1",
        "state": bytes(range(256)),
        "log_evidence": {"quality": 0.1 + 0.2, "latency": -math.inf},
        "families": {"warn": math.inf, "levels": {"quality/mean": [0.8, 200]}, "rollback": None},
    }
    return EvidenceRow(**known | changes)


def test_infinite_evidence_survives(store, reopened):
    """No evidence at all is −∞, which JSON of databases refuses."""
    store.evidence.put_many([row()])
    with reopened() as other:
        kept = other.evidence.last_before("bot", "1.4", "cafe", START + HOUR)
    assert kept == row()
    assert kept.log_evidence["latency"] == -math.inf


def test_evidence_of_a_window_is_replaced_whole(store):
    """Also by evidence whose state is not kept."""
    store.evidence.put_many([row()])
    later = row(state=None, detector_hash="d2", log_evidence={}, families={})
    store.evidence.put(
        "bot", "1.4", "cafe", START, START + HOUR, detector_hash="d2", state=None, log_evidence={}, families={}
    )
    assert store.evidence.history("bot", "1.4", "cafe") == [later]


def test_history_comes_in_time_order_of_one_release_and_configuration(store):
    """Whatever order it was written in."""
    others = [row(release="1.5"), row(config_hash="beef"), row(service="other")]
    store.evidence.put_many([row(2), row(0), row(1), *others])
    assert store.evidence.history("bot", "1.4", "cafe") == [row(0), row(1), row(2)]
    store.evidence.put_many([])


def test_the_last_before_a_window_is_not_the_window_itself(store):
    """Evidence goes on from the window before."""
    store.evidence.put_many([row(0), row(1), row(2)])
    assert store.evidence.last_before("bot", "1.4", "cafe", START + 2 * HOUR) == row(1)
    assert store.evidence.last_before("bot", "1.4", "cafe", START) is None


def test_dropping_for_replay_leaves_what_came_before(store):
    """And the evidence of others."""
    store.evidence.put_many([row(0), row(1), row(2), row(2, release="1.5")])
    assert store.evidence.drop_from("bot", "1.4", "cafe", START + HOUR) == 2
    assert store.evidence.history("bot", "1.4", "cafe") == [row(0)]
    assert store.evidence.history("bot", "1.5", "cafe") == [row(2, release="1.5")]
