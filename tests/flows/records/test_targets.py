"""A service is switched by the router it was switched by last, unless another is stated: none is left out unsaid."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.records.mandate import Mandate
from flows.records.targets import Targets
from flows.records.watch import Watch
from flows.releases import release
from flows.response import respond
from flows.rollback import roll_back
from flows.running.clock import now
from tasks.domain.errors import RefusedError
from tasks.domain.settings.policy import Target
from tasks.registry import Registry
from tasks.store import Store
from tests.flows.switching.test_switchboard import send_out, target
from tests.routing.routers import Router

ALIAS = Target()


def serving(service: str, router: Router) -> tuple[str | None, str]:
    """What the alias says, and what the router does."""
    live = Registry.connect().live(service)
    return (live.name if live else None, router.serving)


def test_a_switch_by_hand_takes_the_router_along(service: str, router: Router) -> None:
    """Rollback, undo and release are told no target: the router moves with the alias each time."""
    for name in "12":
        send_out(service, router, name)
    asked = {"service": service, "reason": "wrong tone", "by": "Ada"}
    dry = roll_back(to="1", dry_run=True, **asked)
    assert f"would roll 2 back to 1 by webhook {router.url}/…: every" in dry.text
    assert roll_back(to="1", **asked).state == "done"
    assert serving(service, router) == ("1", "1")
    respond(action="undo", **asked)
    assert serving(service, router) == ("2", "2")
    assert release(service=service, release="3", model="m3").live == "3"
    assert serving(service, router) == ("3", "3")


def test_what_evaluate_was_told_counts_until_something_else_is_stated(service: str, router: Router) -> None:
    """Before the first switch by a router as much as after one; said again it is no news."""
    with Store.open() as store:
        told = Mandate(target=Target.model_validate(target(router)))
        for hours in (2, 0):
            since = now() - timedelta(hours=hours)
            Watch(config_hash="c", mandate=told, flow_run_url="", target_since=since).keep(service, store)
        assert Watch.of(service, store).target_since < now() - timedelta(hours=1)  # type: ignore[union-attr]
    release(service=service, release="1", model="m1")
    assert serving(service, router) == ("1", "1")


@pytest.mark.slow
def test_a_router_is_left_out_by_nobody_unless_it_is_retired(service: str, router: Router) -> None:
    """The alias alone is refused by name to people; a policy takes the router along; a retired one is forgotten."""
    for name in "12":
        send_out(service, router, name)
    asked = router.requests
    words = f"was last switched by webhook {router.url}/…"
    report = roll_back(service=service, reason="tone", to="1", target=ALIAS)
    assert (report.state, words in report.text) == ("refused", True)
    state = release(service=service, release="3", model="m3", target=ALIAS, return_state=True)
    assert (state.name, words in str(state.message)) == ("Refused", True)
    with pytest.raises(RefusedError, match="retires it"):
        respond(service=service, action="undo", reason="r", by="Ada", target=ALIAS)
    assert (serving(service, router), router.requests) == (("2", "2"), asked)
    with Store.open() as store:
        assert Targets(service, store).of_policy(ALIAS) == Target.model_validate(target(router))

    release(service=service, release="3", model="m3", target=ALIAS, override_reason="the router is gone")
    assert roll_back(service=service, reason="tone", to="1").state == "done"
    assert (serving(service, router), router.requests) == (("1", "2"), asked)


def test_a_router_that_refused_is_not_remembered(service: str, router: Router) -> None:
    """An address with a slip in it would else stand in the way of the next rollback."""
    for name in "12":
        send_out(service, router, name)
    with pytest.raises(Exception, match="webhook of"):
        release(service=service, release="3", model="m3", target=target(router) | {"secret": "MISSPELT"})
    with Store.open() as store:
        assert Targets(service, store).known() == Target.model_validate(target(router))


def test_an_address_is_shown_without_what_may_be_a_token() -> None:
    """In a refusal that stands in states and logs."""
    hook = Target(kind="webhook", url="https://ada:pw@router.example:8443/hook?token=x", secret="ROUTER")
    assert hook.words == "webhook https://router.example:8443/…"
