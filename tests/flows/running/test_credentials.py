"""What only rings for a switch keeps no credential that switches."""

from __future__ import annotations

import os
from uuid import uuid4

import pytest

from flows.running.credentials import drop


def test_secrets_that_move_traffic_are_dropped_where_a_deployment_only_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run anywhere else the same process switches, and keeps them."""
    monkeypatch.setenv("ROUTER", "key")
    assert (drop(["ROUTER"]), os.environ["ROUTER"]) == ([], "key")
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", str(uuid4()))
    (said,) = drop(["ROUTER", "ABSENT"])
    assert said.startswith("ROUTER moves traffic, and stood in the environment of what reads logs: dropped")
    assert "ROUTER" not in os.environ
