"""A rollback by hand that was killed is finished, and told, by the next evaluation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.evaluation import evaluate
from flows.rollback import roll_back
from flows.running.clock import at
from tasks.registry import Registry
from tasks.sources.made_up import MadeUpRelease, make_up
from tasks.store import ActionState
from tests.flows.switching.test_switchboard import KilledError, acts, die, send_out, target
from tests.receiver import Receiver
from tests.routing.routers import Router

END = datetime(2026, 6, 15, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.parametrize(
    "step", ["flows.switching.switchboard.switch", "flows.switching.switchboard.Switchboard._conclude"]
)
def test_a_rollback_by_hand_that_was_killed_is_finished_and_told(
    service: str, router: Router, told: Receiver, place: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the router it began with, to whom it was to be told; neither is the evaluation's own."""
    send_out(service, router, "1")
    send_out(service, router, "2")
    with monkeypatch.context() as broken:
        broken.setattr(step, die)
        with pytest.raises(KilledError):
            roll_back(service=service, reason="it is slow", to="1", target=target(router), alerts={"urls": ["HOOK"]})
    assert told.got == []
    logs = place / "logs.jsonl"
    make_up(logs, seed=1, end=END, days=0.25, service=service, releases=[MadeUpRelease(name="2")], per_day=40)
    with at(END + timedelta(minutes=15)):
        report = evaluate(service=service, logs={"path": str(logs)}, judge={"provider": "heuristic"}, window="6h")
    assert any(words.startswith("rolled back 2 → 1") for words in report.actions)
    live = Registry.connect().live(service)
    assert live is not None
    assert (live.name, router.serving, acts(service)[-1].state) == ("1", "1", ActionState.DONE)
    assert [body["kind"] for body in told.got] == ["rollback_done"]
