"""People on call: silence stops messages, hold stops actions, undo takes a rollback back; each recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.releases import release
from flows.response import respond
from flows.running import clock
from tasks.domain.errors import RefusedError, SettingsError
from tasks.domain.release import Mark
from tasks.domain.report import ResponseReport
from tasks.registry import Registry
from tasks.store import ActionState, Store
from tests.flows.test_rollback import END, live, rollbacks, run, two_releases  # noqa: F401 (fixtures)
from tests.receiver import Receiver

NOW = END + timedelta(minutes=30)


def answer(service: str, action: str, **asked: object) -> ResponseReport:
    """Answer at half past midnight."""
    with clock.at(NOW):
        return respond(service=service, action=action, **({"reason": "because", "by": "Ada"} | asked))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"service": "*", "action": "undo"}, "undo is about one service"),
        ({"service": "bot", "action": "acknowledge"}, "no incident to acknowledge"),
        ({"service": "bot", "action": "undo"}, "never rolled back"),
        ({"service": "bot", "action": "mark_true"}, "no incident to mark"),
        ({"service": "bot", "action": "hold", "until": NOW - timedelta(hours=1)}, "within the next 14 days"),
        ({"service": "bot", "action": "hold", "until": NOW + timedelta(days=15)}, "within the next 14 days"),
        ({"service": "bot", "action": "hold", "until": datetime(2026, 6, 16)}, "no time zone"),  # noqa: DTZ001 (the point)
        ({"service": "bot", "action": "silence", "by": " "}, "give both"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(place: Path, asked: dict, words: str) -> None:
    """Each says what is wrong."""
    with pytest.raises(SettingsError, match=words):
        answer(**asked)


@pytest.mark.slow
def test_a_hold_stops_actions_silence_stops_messages_and_both_end(
    two_releases: Path,  # noqa: F811 (a fixture)
    service: str,
    told: Receiver,
) -> None:
    """Everybody's hold counts for each service; evaluation goes on."""
    with clock.at(END):
        respond(service="*", action="hold", reason="freeze", by="Ada", until=END + timedelta(hours=2))
        respond(service=service, action="silence", reason="maintenance", by="Ada")
    report = run(service, two_releases, "auto")
    assert report.verdict == "fail"
    assert "no hold: held until 2026-06-15 02:00Z by Ada" in report.actions[0]
    assert (live(service), told.got) == ("2", [])
    with (
        clock.at(END),
        pytest.raises(RefusedError, match=r"held until 2026-06-15T02:00Z by Ada \(freeze\): '3' is reg"),
    ):
        release(service=service, release="3", model="another")
    with clock.at(NOW):
        half = respond(service=service, action="resume", reason="done", by="Ada")
        assert half.text.endswith("the hold of all services goes on: resume '*' ends it")
        whole = respond(service="*", action="resume", reason="done", by="Ada")
        assert whole.text == "silence and hold of * end now (Ada)"
        assert release(service=service, release="3", model="another").live == "3"
    with clock.at(END), Store.open() as store:
        assert store.actions.get(rollbacks(service)[0].id).state is ActionState.REFUSED  # type: ignore[union-attr]


@pytest.mark.slow
def test_a_rollback_is_acknowledged_marked_and_undone(
    two_releases: Path,  # noqa: F811 (a fixture)
    service: str,
    told: Receiver,
) -> None:
    """The incident is one record; undo lifts the quarantine; marks are counted."""
    run(service, two_releases, "auto")
    assert "Ada is on the incident of 2" in answer(service, "acknowledge").text
    assert "watched: 1 failure (1 wrong), 0 warnings; promised" in answer(service, "mark_false").text
    assert answer(service, "undo", alerts={"urls": ["HOOK"]}).text.startswith("the rollback 2 → 1 was undone by Ada")
    registry = Registry.connect()
    assert (live(service), registry.get(service, "2").mark) == ("2", Mark.NONE)
    assert [body["kind"] for body in told.got] == ["fail", "rollback_done", "undone"]
    with pytest.raises(SettingsError, match="2 is live, not 1, where the last rollback went"):
        answer(service, "undo")
    with Store.open() as store:
        (incident,) = [one for one in store.actions.of(service) if one.kind == "incident"]
    assert incident.detail["acknowledged_by"] == "Ada"
    assert incident.detail["rolled_back_to"] == "1"
    assert datetime.fromisoformat(incident.detail["opened"]) >= datetime(2026, 6, 14, tzinfo=UTC)
