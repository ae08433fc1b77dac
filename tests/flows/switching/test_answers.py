"""An undo gives a release what it had, and waits for a hold to end."""

from __future__ import annotations

import pytest

from flows.records.kinds import ActionKind
from flows.releases import release
from flows.response import respond
from flows.rollback import roll_back
from tasks.domain.errors import RefusedError, SettingsError
from tasks.registry import Registry
from tasks.store import Action, ActionState, Store
from tests.flows.switching.test_switchboard import send_out, target
from tests.receiver import Receiver
from tests.routing.routers import Router

SAYS = {"reason": "because", "by": "Ada"}


def live(service: str) -> str:
    """What the alias points at."""
    found = Registry.connect().live(service)
    assert found is not None
    return found.name


def test_an_undo_waits_for_the_end_of_a_hold(service: str, router: Router) -> None:
    """Whoever ordered it relies on that nothing is switched, by whomever."""
    for name in "12":
        send_out(service, router, name)
    roll_back(service=service, reason="slow", to="1", target=target(router))
    respond(service="*", action="hold", **SAYS)
    with pytest.raises(RefusedError, match=r"held until .* by Ada .*nothing was switched; respond resume"):
        respond(service=service, action="undo", target=target(router), **SAYS)
    assert (live(service), router.serving) == ("1", "1")
    respond(service="*", action="resume", **SAYS)
    respond(service=service, action="undo", target=target(router), **SAYS)
    assert (live(service), router.serving) == ("2", "2")


def test_an_undo_gives_a_candidate_no_more_than_it_had(service: str, router: Router) -> None:
    """A share that was taken away is given again by `release`."""
    send_out(service, router, "1")
    asked = {"service": service, "target": target(router)}
    release(release="2", model="m2", route=0.25, **asked)
    with Store.open() as store:
        store.actions.record(
            Action(id=f"stop-{service}", service=service, kind=ActionKind.ROLLBACK, reason="worse", by="policy",
                   state=ActionState.DONE, from_release="2", to_release="1")
        )  # fmt: skip
    with pytest.raises(SettingsError, match=r"2 had 25% of the traffic .* release with route 0\.25"):
        respond(action="undo", **asked, **SAYS)
    assert (live(service), router.shares) == ("1", {"2": 0.25})


@pytest.mark.slow
def test_an_undo_whose_router_refuses_is_told(service: str, router: Router, told: Receiver) -> None:
    """The run fails, and people on call hear of it at once."""
    for name in "12":
        send_out(service, router, name)
    roll_back(service=service, reason="slow", to="1", target=target(router))
    router.fault = "down"
    with pytest.raises(Exception, match="webhook of"):
        respond(service=service, action="undo", target=target(router), alerts={"urls": ["HOOK"]}, **SAYS)
    assert [body["kind"] for body in told.got] == ["rollback_failed"]


def test_an_order_for_a_service_that_nobody_knows_says_so(service: str) -> None:
    """Whoever misspells a name would believe that nothing is switched; who orders early is right."""
    release(service=service, release="1", model="m", by="ci")
    early = respond(service=f"{service}x", action="hold", **SAYS)
    assert f"Nothing is known yet of a service '{service}x'; did you mean '{service}'?" in early.text
    again = respond(service=f"{service}x", action="silence", **SAYS)
    assert "did you mean" in again.text
    assert "Nothing is known" not in respond(service=service, action="hold", **SAYS).text
