"""Windows, each evaluated once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tasks.domain.errors import StoreError
from tasks.store import WindowState

START = datetime(2026, 9, 23, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = ("support-bot", "1.4", START, START + HOUR, "cafe")


def key(hour: int = 0, release: str = "1.4", config: str = "cafe") -> tuple:
    """The key of a window some hours later."""
    return ("support-bot", release, START + hour * HOUR, START + (hour + 1) * HOUR, config)


def finish(store, one=KEY, **changes) -> None:
    """Write a verdict."""
    known = {
        "verdict": "pass",
        "mlflow_run_id": "run",
        "state": "done",
        "healthy": True,
        "rows": 300,
        "scored": 200,
        "report": '{"verdict": "pass"}',
        "evaluated_at": START + 2 * HOUR,
    }
    store.windows.finish(*one, **known | changes)


def test_a_window_that_was_not_begun_cannot_be_finished(store):
    """Its run would not have been seen by others."""
    with pytest.raises(StoreError, match=r"2026-09-23T13:00Z of 'support-bot' release '1.4' was not begun or is done"):
        finish(store)


def test_a_verdict_is_written_once(store):
    """A second run changes nothing."""
    assert store.windows.begin(*KEY)
    finish(store)
    assert not store.windows.begin(*KEY)
    with pytest.raises(StoreError, match="redo"):
        finish(store, verdict="fail")
    assert store.windows.get(*KEY).verdict == "pass"


def test_an_unknown_state_is_refused(store):
    """Only three are known."""
    store.windows.begin(*KEY)
    with pytest.raises(ValueError, match="'almost' is not a valid WindowState"):
        finish(store, state="almost")


def test_an_open_window_is_tried_again_and_keeps_when_it_was_first_begun(store):
    """Its time to be tried again runs from there."""
    assert store.windows.begin(*KEY, at=START + HOUR)
    finish(store, state="open", verdict="inconclusive")
    assert store.windows.begin(*KEY, at=START + 5 * HOUR)
    finish(store)
    kept = store.windows.get(*KEY)
    assert (kept.opened_at, kept.state) == (START + HOUR, WindowState.DONE)


def test_every_field_comes_back(store, reopened):
    """As text, numbers and aware times."""
    store.windows.begin(*KEY, at=START + HOUR)
    finish(store, decision_id="d1", report='{"reasons": ["größer ≥ 1 🙂"]}')
    with reopened() as other:
        kept = other.windows.get(*KEY)
    assert (kept.service, kept.release, kept.window_start, kept.window_end, kept.config_hash) == KEY
    assert (kept.verdict, kept.mlflow_run_id, kept.state, kept.decision_id) == ("pass", "run", "done", "d1")
    assert (kept.healthy, kept.rows, kept.scored) == (True, 300, 200)
    assert kept.report == '{"reasons": ["größer ≥ 1 🙂"]}'
    assert kept.evaluated_at == START + 2 * HOUR
    assert store.windows.get(*key(1)) is None


def test_superseding_keeps_the_old_verdict_and_lets_a_new_one_in(store):
    """As often as one likes."""
    assert not store.windows.supersede(*KEY)
    store.windows.begin(*KEY)
    assert not store.windows.supersede(*KEY)
    for number, verdict in enumerate(["fail", "warn", "pass"]):
        assert store.windows.begin(*KEY)
        finish(store, verdict=verdict)
        if verdict != "pass":
            assert store.windows.supersede(*KEY, at=START + (9 + number) * HOUR)
            assert store.windows.get(*KEY).state is WindowState.RECORDING
            assert store.windows.last_end("support-bot") is None
    assert store.windows.get(*KEY).verdict == "pass"
    history = store.windows.history("support-bot", "1.4", START, "cafe")
    assert [(row.verdict, row.state, row.rows) for row in history] == [("fail", "done", 300), ("warn", "done", 300)]


def test_windows_of_a_period_come_in_time_order_and_only_whole(store):
    """Those that reach beyond the end are not in it."""
    for one in [key(2), key(0), key(1), key(1, "1.5"), key(1, config="beef")]:
        store.windows.begin(*one)
    found = store.windows.between("support-bot", "cafe", START + HOUR, START + 3 * HOUR)
    assert [(row.window_start, row.release) for row in found] == [
        (START + HOUR, "1.4"),
        (START + HOUR, "1.5"),
        (START + 2 * HOUR, "1.4"),
    ]
    assert store.windows.between("support-bot", "cafe", START, START + HOUR / 2) == []
    assert store.windows.between("other", "cafe", START, START + 9 * HOUR) == []


def test_windows_of_a_release_come_under_one_or_every_configuration(store):
    """A baseline takes what was judged, whatever the tolerance was."""
    for one in [key(1), key(0), key(0, "1.5"), key(2, config="beef")]:
        store.windows.begin(*one)
    hours = [(row.window_start - START) / HOUR for row in store.windows.of_release("support-bot", "1.4")]
    assert hours == [0, 1, 2]
    assert len(store.windows.of_release("support-bot", "1.4", "cafe")) == 2


def test_the_last_end_is_that_of_the_newest_verdict(store):
    """A window begun and never finished is none."""
    assert store.windows.last_end("support-bot", "cafe") is None
    for hour in range(3):
        store.windows.begin(*key(hour))
    finish(store, key(0))
    finish(store, key(1), state="open")
    store.windows.begin(*key(5, config="beef"))
    finish(store, key(5, config="beef"))
    assert store.windows.last_end("support-bot", "cafe") == START + 2 * HOUR
    assert store.windows.last_end("support-bot") == START + 6 * HOUR


def test_open_windows_are_those_without_a_last_word(store):
    """Begun since a time, whether the judge was away or the run crashed."""
    for hour in range(4):
        store.windows.begin(*key(hour), at=START + (hour + 1) * HOUR)
    finish(store, key(0), state="open")
    finish(store, key(1), state="open")
    finish(store, key(2))
    found = store.windows.open_since("support-bot", "cafe", START + 2 * HOUR)
    assert [(row.window_start, row.state) for row in found] == [
        (START + HOUR, "open"),
        (START + 3 * HOUR, "recording"),
    ]


@pytest.mark.parametrize("name", ["'; DROP TABLE windows; --", '"%(x)s" :y ?', "größe 🙂", ""])
def test_names_are_only_names(store, name):
    """Whatever they look like."""
    one = (name, name, START, START + HOUR, name)
    store.windows.begin(*one)
    assert store.windows.get(*one).service == name


def test_what_other_settings_decided_alone_is_told_and_the_newest_verdict_of_each_window_is_its(store):
    """Decided anew, a window no longer stands as the old settings found it; what was not, does."""
    for hour, config, verdict in ((0, "cafe", "fail"), (1, "cafe", "fail"), (0, "beef", "pass"), (2, "beef", "warn")):
        store.windows.begin(*key(hour, config=config))
        finish(store, key(hour, config=config), verdict=verdict, evaluated_at=START + (hour + len(verdict)) * HOUR)
    store.windows.begin(*key(3))
    asked = ("support-bot", "beef", START, START + 9 * HOUR)
    assert [row.window_start for row in store.windows.decided_otherwise(*asked)] == [START + HOUR]
    assert [row.verdict for row in store.windows.elsewhere(*key(0, config="beef"))] == ["fail"]
    store.windows.supersede(*key(0, config="beef"))
    store.windows.begin(*key(0, config="beef"))
    finish(store, key(0, config="beef"), evaluated_at=START + 10 * HOUR)
    assert store.windows.verdicts("support-bot", "1.4", START) == ["pass", "fail", "warn"]
    assert store.windows.verdicts("support-bot", "1.4", START, START + HOUR) == ["pass"]
