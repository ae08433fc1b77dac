"""Runs that switch are found by their service, and one that may not is named for what it is."""

from __future__ import annotations

import pytest
from prefect import get_client

from flows.promotion import promote
from flows.releases import release
from flows.response import respond
from flows.rollback import roll_back
from flows.scaling import scale
from tasks.domain.errors import RefusedError


def test_whatever_switches_a_service_bears_its_tag(service: str) -> None:
    """As the runs of its own deployments do; a hold is no fault of the settings."""
    asked = {"service": service, "return_state": True}
    by = {"reason": "r", "by": "Ada"}
    states = [
        release(release="1", model="m", **asked),
        roll_back(reason="r", dry_run=True, **asked),
        promote(dry_run=True, **asked),
        scale(dry_run=True, **asked),
        respond(action="hold", **asked, **by),
        release(release="2", model="m2", **asked),
    ]
    with get_client(sync_client=True) as client:
        runs = [client.read_flow_run(state.state_details.flow_run_id) for state in states]
    assert [run.tags for run in runs] == [[service]] * len(runs)
    assert (states[-1].name, states[-1].is_failed()) == ("Refused", True)
    assert str(states[-1].message).startswith(f"'{service}' is held until")
    with pytest.raises(RefusedError, match="respond resume ends the hold"):
        release(service=service, release="2", model="m2")
