"""The store as a whole."""

from __future__ import annotations

import gc
import pickle
import warnings

import pytest

from tasks.store import Store
from tests.store.test_ledger import NOON, judgment


def test_a_store_is_not_sent_to_another_process(store):
    """Connections do not travel; the error says what to do instead."""
    with pytest.raises(TypeError, match=r"Store\.open\(\)"):
        pickle.dumps(store)


def test_a_closed_store_leaves_no_connection_behind(url):
    """Also one whose block failed, and after threads used it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ZeroDivisionError), Store.open(url) as store:
            assert 1 / store.judge_state.clear("x")
        assert store._database._engine.pool.checkedin() == 0
        del store
        gc.collect()


def test_two_stores_see_each_other_s_writes(store, reopened):
    """At once."""
    with reopened() as other:
        store.messages.enqueue("bot", "k", {})
        assert len(other.messages.pending("bot")) == 1


def test_starting_over_forgets_everything_but_what_was_paid_for(store):
    """A replay decides anew and pays for nothing twice."""
    store.ledger.add(judgment("paid"))
    store.ledger.add_spend(judgment("wasted"))
    spent = store.ledger.spent_usd(NOON.date())
    store.messages.enqueue("bot", "k", {})
    store.releases.seen("bot", "1", NOON, NOON)
    store.start_over()
    assert (store.messages.pending("bot"), list(store.releases.of("bot"))) == ([], [])
    assert "paid" in store.ledger.find(["paid"])
    assert store.ledger.spent_usd(NOON.date()) == spent > 0
