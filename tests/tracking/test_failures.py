"""The newest window that failed is found, over all services."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tasks.domain.verdict import Verdict
from tasks.tracking import Tracker, holds_services, newest_failure
from tests.tracking.conftest import evaluation


def test_the_newest_failure_of_all_services_is_found_and_passes_are_not(tracker: Tracker) -> None:
    """By the window's time, not by the order of recording."""
    late = replace(evaluation(9_001, Verdict.FAIL, service="late"), flow_run_id="flow-1")
    run_id = tracker.record(late)
    tracker.record(evaluation(9_000, Verdict.FAIL, service="early"))
    tracker.record(evaluation(9_002, Verdict.PASS, service="well"))
    assert holds_services(tracker.uri)
    found = newest_failure(tracker.uri)
    assert found is not None
    assert (found.run_id, found.flow_run_id) == (run_id, "flow-1")
    assert found.name.endswith(" fail")


def test_a_database_that_was_only_opened_holds_no_service(tmp_path: Path) -> None:
    """A run that was refused leaves one behind."""
    assert not holds_services(f"sqlite:///{tmp_path}/mlflow.db")
