"""A switch that a crash or a router interrupted goes on as it began, whoever goes on with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from flows.people.showing import in_words
from flows.records.kinds import ActionKind
from flows.records.moves import ROUTED
from flows.releases import release
from flows.rollback import roll_back
from tasks.domain.errors import RoutingError
from tasks.domain.report import ReleaseReport
from tasks.store import Action, ActionState, Store
from tests.receiver import Receiver
from tests.routing.routers import Router


class KilledError(BaseException):
    """Nothing catches it, like a SIGKILL."""


def die(*_: object, **__: object) -> None:
    """End the run where it stands."""
    raise KilledError


def target(router: Router) -> dict:
    """Settings of the target."""
    return {"kind": "webhook", "url": router.url, "secret": "ROUTER", "allow_private": True}


def send_out(service: str, router: Router, name: str) -> ReleaseReport:
    """Release it behind the router."""
    return release(service=service, release=name, model="m", config={"n": name}, target=target(router))


def acts(service: str) -> list[Action]:
    """What is on record of the service."""
    with Store.open() as store:
        return store.actions.of(service)


def test_a_switch_goes_on_with_the_target_it_began_with(
    service: str, router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run knows the alias alone; a dry run finishes nothing."""
    send_out(service, router, "1")
    with monkeypatch.context() as broken:
        broken.setattr("flows.switching.switchboard.switch", die)
        with pytest.raises(KilledError):
            send_out(service, router, "2")
    roll_back(service=service, reason="only looking", dry_run=True)
    assert (router.serving, acts(service)[-1].state) == ("1", ActionState.STARTED)
    release(service=service, release="3", model="m3", route="none")
    assert (router.serving, acts(service)[-1].state) == ("2", ActionState.DONE)


@pytest.mark.slow
def test_a_run_that_is_tried_again_switches_and_is_on_record(
    service: str, router: Router, told: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefect gives it the same id: it fails while the router is down, and the record follows it once it is up."""
    send_out(service, router, "1")
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__ID", str(uuid4()))
    router.fault = "down"
    with pytest.raises(RoutingError):
        send_out(service, router, "2")
    router.fault = ""
    assert send_out(service, router, "2").live == "2"
    asked = {"service": service, "reason": "by hand", "to": "1", "target": target(router), "alerts": {"urls": ["HOOK"]}}
    router.fault = "down"
    assert roll_back(**asked, return_state=True).name == "Failed"
    router.fault = ""
    assert roll_back(**asked).state == "done"
    assert [(act.kind, act.state) for act in acts(service)] == [
        (ActionKind.RELEASE, ActionState.DONE),
        (ActionKind.RELEASE, ActionState.DONE),
        (ActionKind.ROLLBACK, ActionState.DONE),
    ]


@pytest.mark.parametrize("kind", ROUTED)
def test_whatever_moved_traffic_stands_on_the_services_page(kind: str) -> None:
    """A promotion as much as a rollback."""
    moved = Action(
        id="a", service="s", kind=kind, reason="why", by="Ada", state=ActionState.DONE,
        from_release="1", to_release="2", updated_at=datetime(2026, 6, 15, tzinfo=UTC),
    )  # fmt: skip
    assert in_words(replace(moved, state=ActionState.FAILED)) == ""
    assert in_words(moved).startswith(f"2026-06-15 00:00Z {ROUTED[kind]}: 1 → 2 by Ada")
