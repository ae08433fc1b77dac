"""One run at a time on the same thing."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import make_url, update

from tasks.domain.errors import LeaseHeldError, SettingsError
from tasks.store import Store
from tasks.store.leases import leases


def alter(store: Store, **values) -> None:
    """Change the lease's row, as another host or a long time would."""
    with store._database.writing() as connection:
        assert connection.execute(update(leases).values(**values)).rowcount == 1


def expire(store: Store) -> None:
    """Let the lease's time be up."""
    with store._database.writing() as connection:
        now = store._database.now(connection)
    alter(store, expires_at=now - timedelta(seconds=1))


def test_a_lease_held_by_a_live_process_is_refused_with_its_owner(store, night_run):
    """The words say who, since when, and what to do."""
    with pytest.raises(LeaseHeldError, match=rf"'count' is held by the night run \(process {night_run} on .* since 2"):
        store.leases.hold("count").__enter__()


def test_a_lease_is_refused_to_the_process_that_holds_it_too(store):
    """Two threads of one process are two runs."""
    with store.leases.hold("x"):
        with pytest.raises(LeaseHeldError, match="wait for it"), store.leases.hold("x"):
            pytest.fail("both hold it")
        with store.leases.hold("y"):
            pass


def test_a_killed_holder_is_followed_at_once(store, night_run, caplog):
    """Its lease has most of a minute to go, but its process is known to be dead, if not yet buried."""
    os.kill(night_run, signal.SIGKILL)
    caplog.set_level(logging.WARNING)
    deadline = time.monotonic() + 10
    taken = False
    while not taken and time.monotonic() < deadline:
        with suppress(LeaseHeldError), store.leases.hold("count") as held:
            held.check()
            taken = True
    assert "taken over from the night run" in caplog.text


def test_a_holder_elsewhere_is_believed_until_its_time_is_up(store):
    """A process number means nothing on another host, even if none of that number lives here."""
    with store.leases.hold("x") as held:
        alter(store, place="elsewhere", pid=2**30)
        with pytest.raises(LeaseHeldError), store.leases.hold("x"):
            pytest.fail("both hold it")
        expire(store)
        with store.leases.hold("x") as second:
            with pytest.raises(LeaseHeldError, match="was lost"):
                held._renew() or held.check()
            assert held.lost
            second.check()
            assert not second.lost
    with store.leases.hold("x"):
        pass


def test_a_number_used_again_by_another_process_does_not_keep_a_lease(store):
    """The process of that number started at another time than the holder."""
    with store.leases.hold("x"):
        alter(store, process_started="1")
        with store.leases.hold("x"):
            pass


def test_a_lease_taken_away_is_noticed_by_its_keeper(store):
    """Within a third of its life, without being asked."""
    with store.leases.hold("x", seconds=0.3) as held:
        # The other's must outlast this test on a loaded machine.
        alter(store, token="another's", expires_at=datetime.now(UTC) + timedelta(minutes=1))
        deadline = time.monotonic() + 5
        while not held._taken_away:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert held.lost
        with pytest.raises(LeaseHeldError, match="stop and run again"):
            held.check()
    with pytest.raises(LeaseHeldError), store.leases.hold("x"):
        pytest.fail("the other's lease was released")


def test_a_kept_lease_outlives_its_seconds(store):
    """Renewed at a third of its life."""
    with store.leases.hold("x", seconds=0.3) as held:
        time.sleep(0.5)
        held.check()
        with pytest.raises(LeaseHeldError), store.leases.hold("x"):
            pytest.fail("both hold it")


def test_a_lease_that_cannot_be_renewed_counts_as_lost_until_it_can(sqlite_url):
    """A store that is locked for longer than the lease lasts: nothing may be written until the lease is sure again."""
    with Store.open(sqlite_url) as store, store.leases.hold("x", seconds=0.3) as held:
        blocker = sqlite3.connect(make_url(sqlite_url).database, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        time.sleep(0.5)
        assert held.lost
        blocker.execute("ROLLBACK")
        blocker.close()
        held.check()
        assert not held.lost


def test_a_lease_is_released_when_its_block_fails(store):
    """The next run need not wait for it to run out."""
    with pytest.raises(ZeroDivisionError), store.leases.hold("x"):
        raise ZeroDivisionError
    with store.leases.hold("x"):
        pass


@pytest.mark.parametrize(("value", "words"), [("soon", "no number"), ("0", "above 0"), ("nan", "above 0")])
def test_a_length_that_is_none_is_refused(store, monkeypatch, value, words):
    """By the name of the variable it came from."""
    monkeypatch.setenv("PLUMBLINE_LEASE_SECONDS", value)
    with pytest.raises(SettingsError, match=f"PLUMBLINE_LEASE_SECONDS.*{words}"), store.leases.hold("x"):
        pytest.fail("held for no time")


def test_the_environment_says_how_long_a_lease_lasts(store, monkeypatch):
    """Sixty seconds where it says nothing."""
    with store.leases.hold("x") as held:
        assert held.seconds == 60
    monkeypatch.setenv("PLUMBLINE_LEASE_SECONDS", "7.5")
    with store.leases.hold("x") as held:
        assert held.seconds == 7.5


def test_of_eight_processes_one_gets_the_lease(url, crew, tmp_path):
    """The other seven are refused."""
    log = tmp_path / "log"
    crew("race", 8, url, log)
    assert sorted(log.read_text().split()) == ["held"] + ["refused"] * 7


def test_eight_processes_after_a_killed_one_never_hold_the_lease_together(url, crew, night_run, tmp_path):
    """All of them find the same dead holder; a number they count up loses no step."""
    number = tmp_path / "number"
    number.write_text("0")
    os.kill(night_run, signal.SIGKILL)
    crew("count", 8, url, number)
    assert number.read_text() == "8"
