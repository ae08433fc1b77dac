"""The ledger of judgments."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tasks.domain.errors import StoreError
from tasks.domain.judgment import Cause, Judgment

NOON = datetime(2026, 9, 23, 12, tzinfo=UTC)


def judgment(key: str = "k", **changes) -> Judgment:
    """A scored judgment with every field set."""
    known = Judgment(
        key=key,
        content="c0ffee",
        scores={"quality": 0.8, "toxicity": 0.0},
        criteria={"helpful": 4.0},
        reason="Clear – und höflich 🙂.",
        rubric="default:1",
        judge_model="gpt-4o-mini",
        served_model="gpt-4o-mini-2024-07-18",
        input_tokens=812,
        output_tokens=64,
        calls=1,
        cost_usd=0.25,
        flags=("instructs the judge",),
        judged_at=NOON,
    )
    return replace(known, **changes)


def unscored(key: str = "k", **changes) -> Judgment:
    """A judgment without scores."""
    return judgment(key, scores={}, criteria={}, reason="", cause=Cause.REFUSED, flags=(), **changes)


def test_a_judgment_without_a_time_zone_is_refused(store):
    """What a naive time meant could only be guessed."""
    with pytest.raises(StoreError, match="no time zone"):
        store.ledger.add(judgment(judged_at=datetime(2026, 9, 23, 12)))  # noqa: DTZ001
    assert store.ledger.find(["k"]) == {}


def test_text_no_database_takes_is_kept_with_visible_marks(store):
    """A judge's reply may hold NUL and halves of surrogate pairs; neither may stop a run."""
    hostile = judgment("k\x00", reason="a\x00b\ud800c", criteria={"x\x00\ud800": 1.0})
    store.ledger.add(hostile)
    store.ledger.add_many([replace(hostile, key="l")])
    found = store.ledger.find(["k\x00", "l"])
    assert {one.reason for one in found.values()} == {"a␀b?c"}
    assert found["l"].criteria == {"x\x00\ud800": 1.0}


def test_the_first_scored_judgment_wins(store):
    """A key is answered the same way for ever."""
    store.ledger.add(judgment())
    store.ledger.add(judgment(scores={"quality": 0.1}, judged_at=NOON + timedelta(hours=1)))
    store.ledger.add(unscored(judged_at=NOON + timedelta(hours=2)))
    assert store.ledger.find(["k"]) == {"k": judgment()}


def test_an_unscored_judgment_gives_way_to_a_scored_one(store):
    """What could not be judged once may be judged later."""
    store.ledger.add(unscored())
    store.ledger.add(judgment(judged_at=NOON + timedelta(hours=1)))
    assert store.ledger.find(["k"])["k"].scored


def test_adding_many_settles_each_as_adding_one_does(store):
    """Also when one call holds a key twice."""
    store.ledger.add(unscored("a"))
    store.ledger.add(judgment("b"))
    later = NOON + timedelta(minutes=5)
    store.ledger.add_many(
        [
            judgment("a", judged_at=later),
            judgment("b", scores={}, judged_at=later),
            unscored("c"),
            judgment("c"),
            judgment("d"),
        ]
    )
    found = store.ledger.find(["a", "b", "c", "d"])
    assert [found[key].scored for key in "abcd"] == [True] * 4
    assert found["b"] == judgment("b")
    store.ledger.add_many([])


def test_every_field_comes_back_as_it_went_in(store, reopened):
    """By either way in, also from another process."""
    one = judgment("one")
    two = unscored("two", cost_usd=None, served_model=None, judged_at=None)
    store.ledger.add(one)
    store.ledger.add(two)
    store.ledger.add_many([replace(one, key="three"), replace(two, key="four")])
    with reopened() as other:
        found = other.ledger.find(["one", "two", "three", "four", "five"])
    assert found == {
        "one": one,
        "two": two,
        "three": replace(one, key="three"),
        "four": replace(two, key="four"),
    }
    assert found["one"].judged_at.tzinfo is UTC


def test_thousands_of_keys_are_found_at_once(store):
    """More than a database takes in one statement."""
    store.ledger.add_many([judgment(f"k{number}") for number in range(1_300)])
    found = store.ledger.find([f"k{number}" for number in range(40_000)])
    assert len(found) == 1_300


def test_spending_counts_by_utc_day_and_model(store):
    """A time in another zone belongs to the UTC day it falls on."""
    store.ledger.add(judgment("a"))
    store.ledger.add(judgment("b", judge_model="other", cost_usd=1.0))
    store.ledger.add(judgment("c", cost_usd=None))
    store.ledger.add(
        judgment("d", cost_usd=4.0, judged_at=datetime(2026, 9, 24, 1, tzinfo=timezone(timedelta(hours=2))))
    )
    store.ledger.add(judgment("e", cost_usd=8.0, judged_at=datetime(2026, 9, 24, tzinfo=UTC)))
    assert store.ledger.spent_usd(date(2026, 9, 23)) == pytest.approx(5.25)
    assert store.ledger.spent_usd(date(2026, 9, 23), "gpt-4o-mini") == pytest.approx(4.25)
    assert store.ledger.spent_usd(date(2026, 9, 24)) == pytest.approx(8.0)
    assert store.ledger.spent_usd(date(2026, 9, 22)) == 0.0


def test_what_was_paid_counts_even_if_its_judgment_is_not_kept(store):
    """Replaced, second of two, or asked beside the ledger: the money is gone all the same, and gone once."""
    store.ledger.add(unscored("a", cost_usd=1.0))
    store.ledger.add(judgment("a", cost_usd=2.0, judged_at=NOON + timedelta(minutes=1)))
    late = judgment("a", cost_usd=4.0, judged_at=NOON + timedelta(minutes=2))
    store.ledger.add(late)
    store.ledger.add(late)
    store.ledger.add_spend(judgment("anchor", cost_usd=8.0))
    assert store.ledger.spent_usd(NOON.date()) == pytest.approx(15.0)
    assert store.ledger.find(["anchor"]) == {}


def test_threads_add_at_the_same_time_without_losing_any(store):
    """The judging engine's event loop and its helpers share one store."""

    def add(worker: int) -> None:
        for number in range(50):
            store.ledger.add(judgment(f"{worker}/{number}"))
            store.ledger.add(judgment(f"shared/{number}"))

    threads = [threading.Thread(target=add, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = [f"{worker}/{number}" for worker in [*range(4), "shared"] for number in range(50)]
    assert len(store.ledger.find(keys)) == 250


def test_what_is_forgotten_is_asked_again_and_stays_spent(store):
    """A judge that had moved: its scores go, its price does not."""
    one = replace(judgment("one"), cost_usd=0.5)
    store.ledger.add(one)
    store.ledger.forget(["one", "another"])
    assert store.ledger.find(["one"]) == {}
    assert store.ledger.spent_usd(one.judged_at.date()) == 0.5
