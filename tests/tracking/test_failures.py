"""The newest window that failed is found, over all services."""

from __future__ import annotations

from dataclasses import replace

from tasks.domain.verdict import Verdict
from tasks.tracking import Tracker, newest_failure
from tests.tracking.conftest import evaluation


def test_the_newest_failure_of_all_services_is_found_and_passes_are_not(tracker: Tracker) -> None:
    """By the window's time, not by the order of recording."""
    late = replace(evaluation(9_001, Verdict.FAIL, service="late"), flow_run_id="flow-1")
    run_id = tracker.record(late)
    tracker.record(evaluation(9_000, Verdict.FAIL, service="early"))
    tracker.record(evaluation(9_002, Verdict.PASS, service="well"))
    found = newest_failure(tracker.uri)
    assert found is not None
    assert (found.run_id, found.flow_run_id) == (run_id, "flow-1")
    assert found.name.endswith(" fail")
