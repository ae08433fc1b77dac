"""Transactions that behave alike on both kinds of database."""

from __future__ import annotations

import threading
import traceback
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tasks.domain.errors import StoreError
from tasks.store.judge_state import judge_pauses
from tasks.store.ledger import judgments

NOON = datetime(2026, 9, 23, 12, tzinfo=UTC)


def test_an_error_undoes_the_whole_transaction(store):
    """Nothing is half written."""
    pause = judge_pauses.insert().values(key="k", reason="down", at=NOON)
    with pytest.raises(ZeroDivisionError), store._database.writing() as connection:
        assert connection.execute(pause).rowcount / 0
    assert store.judge_state.paused("k") is None


def test_an_error_of_the_database_holds_no_value(store):
    """Values are judges' reasons and users' words."""
    with pytest.raises(StoreError, match=r"the store .* failed: .*(null|NULL)") as caught:
        store._database.write(judgments.insert().values(key="k", reason="my credit card is 4111"))
    assert "4111" not in "".join(traceback.format_exception(caught.value, limit=0))


def test_what_was_read_in_a_transaction_cannot_change_before_it_is_written(store):
    """Four threads count up a number; none overwrites another's step."""
    database = store._database
    store.judge_state.pause("n", "0", NOON)

    def count() -> None:
        for _ in range(25):
            with database.writing() as connection:
                query = select(judge_pauses.c.reason).where(judge_pauses.c.key == "n").with_for_update()
                number = int(connection.execute(query).scalar_one())
                connection.execute(judge_pauses.update().values(reason=str(number + 1)))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.judge_state.paused("n").reason == "100"


def test_an_insert_says_whether_it_inserted(store):
    """PostgreSQL tells only when asked to keep the count."""
    insert = store._database.insert(judge_pauses).values(key="k", reason="down", at=NOON).on_conflict_do_nothing()
    assert [store._database.write(insert) for _ in range(2)] == [1, 0]
    prepared = store._database.prepared(store._database.insert(judge_pauses).on_conflict_do_nothing())
    moment = NOON if not store._database.is_sqlite else NOON.isoformat(timespec="microseconds")
    assert [prepared.run({"key": "l", "reason": "down", "at": moment}) for _ in range(2)] == [1, 0]


def test_the_database_tells_the_time(store):
    """Hosts may disagree about it."""
    with store._database.reading() as connection:
        told = store._database.now(connection)
    assert told.tzinfo is UTC
    assert abs((datetime.now(UTC) - told).total_seconds()) < 60
