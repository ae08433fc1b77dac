"""MLflow's first line is right as soon as a switch is done, and a page that cannot be drawn undoes none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mlflow import MlflowClient

from flows.evaluation import evaluate
from flows.people.showing import show_moved
from flows.releases import release
from flows.response import respond
from flows.rollback import roll_back
from flows.running.clock import at
from tasks.sources.made_up import MadeUpRelease, make_up
from tasks.tracking.names import FLEET

END = datetime(2026, 6, 15, tzinfo=UTC)


def first_line(service: str) -> str:
    """What the list of experiments shows."""
    found = MlflowClient().get_experiment_by_name(f"plumbline/{service}")
    assert found is not None
    return str(found.tags["mlflow.note.content"].split("\n")[0])


def row(service: str) -> dict[str, str]:
    """The service's row in the fleet."""
    fleet = MlflowClient().get_experiment_by_name(FLEET)
    assert fleet is not None
    (found,) = MlflowClient().search_runs([fleet.experiment_id], f"tags.`plumbline.service` = '{service}'")
    return dict(found.data.tags)


def test_a_switch_is_on_the_pages_when_it_is_done(
    service: str, place: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A rollback, its undoing and a release; what evaluate said of mode and owner stays."""
    for name in "12":
        with at(END - timedelta(hours=7)):
            release(service=service, release=name, model="m", config={"n": name})
    logs = place / "logs.jsonl"
    make_up(logs, seed=1, end=END, days=0.25, service=service, releases=[MadeUpRelease(name="2")], per_day=40)
    with at(END + timedelta(minutes=15)):
        evaluate(
            service=service, logs={"path": str(logs)}, judge={"provider": "heuristic"}, window="6h",
            policy={"mode": "approve"}, alerts={"owner": "team-bots"},
        )  # fmt: skip
        assert first_line(service).startswith("Live: 2, ")
        by_hand = {"service": service, "reason": "tone", "by": "Ada"}
        roll_back(to="1", **by_hand)
        assert first_line(service).startswith("Live: 1, NOT EVALUATED YET")
        assert [row(service)[name] for name in ("live", "mode", "owner")] == ["1", "approve", "team-bots"]
        respond(action="undo", **by_hand)
        assert first_line(service).startswith("Live: 2, ")
        release(service=service, release="3", model="m3")
        assert (first_line(service)[:8], row(service)["live"]) == ("Live: 3,", "3")
        monkeypatch.setenv("PLUMBLINE_STORE_URL", f"sqlite:///{place}/nowhere/store.db")
        (place / "nowhere").write_text("no folder")
        show_moved(service)
    assert f"front pages of '{service}' are not up to date" in caplog.text
