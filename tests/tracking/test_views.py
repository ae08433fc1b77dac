"""Every saved view asks MLflow something it answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tasks.domain.verdict import Verdict
from tasks.tracking import Showcase, Tracker, standing_of
from tasks.tracking.names import FLEET
from tests.tracking.conftest import evaluation
from tests.tracking.pages.test_period import window


def views(tracker: Tracker, experiment: str) -> dict[str, list[str]]:
    """What each saved view of an experiment shows: names of runs, found as MLflow's page finds them."""
    known = tracker._client.get_experiment_by_name(experiment)
    states: dict[str, Any] = {
        (view := json.loads(tag))["name"]: json.loads(view["state"])
        for name, tag in known.tags.items()
        if name.startswith("mlflow.sharedViewState.")
    }
    return {
        name: [
            str(run.info.run_name)
            for run in tracker._client.search_runs(
                [known.experiment_id],
                state["searchFilter"],
                order_by=[f"{state['orderByKey']} {'ASC' if state['orderByAsc'] else 'DESC'}"],
            )
        ]
        for name, state in states.items()
    }


@pytest.fixture(scope="module")
def shown(tracker: Tracker) -> Tracker:
    """A service with a window of each verdict, and its row in the fleet."""
    for at, verdict in enumerate(Verdict):
        tracker.record(evaluation(at, verdict, service="viewed"))
    Showcase(tracker._client, tracker.uri).show(standing_of("viewed", [window(0)], "2"), [], frozenset())
    return tracker


def test_each_view_of_a_service_finds_its_runs(shown: Tracker) -> None:
    """The newest first; those that warned or failed are just these."""
    day = "2026-06-01T0"
    assert views(shown, "plumbline/viewed") == {
        "All windows": [f"{day}3:00Z 2 fail", f"{day}2:00Z 2 warn", f"{day}1:00Z 2 inconclusive", f"{day}0:00Z 2 pass"],
        "Windows that warned or failed": [f"{day}3:00Z 2 fail", f"{day}2:00Z 2 warn"],
        "Releases side by side": ["viewed@2"],
    }


def test_the_view_of_the_fleet_finds_its_services(shown: Tracker) -> None:
    """A row each."""
    assert "viewed" in views(shown, FLEET)["All services"]
