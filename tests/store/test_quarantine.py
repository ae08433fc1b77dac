"""Rows put aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 9, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """A row put aside, as the sources give it."""

    digest: str
    cause: str = "not JSON"
    file: str = "a.jsonl"
    line: int = 1
    moment: datetime | None = NOON
    fields: tuple[str, ...] = ("timestamp", "prompt")


def test_a_row_is_put_aside_once_however_often_it_is_read(store):
    """Within one reading and over readings; by source and service."""
    assert store.quarantine.add_many("bot", [Row("a"), Row("b"), Row("a", line=7)]) == 2
    assert store.quarantine.add_many("bot", [Row("b"), Row("c"), Row("a", file="b.jsonl")]) == 2
    assert store.quarantine.add_many("other", [Row("a")]) == 1
    assert store.quarantine.add_many("bot", []) == 0
    assert store.quarantine.counts("bot") == {"not JSON": 4}


def test_counts_are_by_cause_most_first_and_by_time(store):
    """A row of unknown time belongs to no period."""
    store.quarantine.add_many(
        "bot",
        [
            Row("a", cause="missing timestamp", moment=None),
            Row("b", moment=NOON + timedelta(hours=1)),
            Row("c"),
            Row("d"),
            Row("e", cause="missing timestamp"),
        ],
    )
    assert list(store.quarantine.counts("bot").items()) == [("not JSON", 3), ("missing timestamp", 2)]
    in_window = store.quarantine.counts("bot", NOON, NOON + timedelta(hours=1))
    assert in_window == {"not JSON": 2, "missing timestamp": 1}
    assert store.quarantine.counts("unknown") == {}
