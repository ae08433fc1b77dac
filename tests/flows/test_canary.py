"""Releases behind a router of one's own: shares, promotion, a bad candidate, and a router that misbehaves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from flows.evaluation import evaluate
from flows.releases import release
from flows.rollback import roll_back
from flows.running import clock
from tasks.domain.errors import RoutingError, SettingsError
from tasks.domain.release import Mark
from tasks.domain.report import EvaluationReport, ReleaseReport
from tasks.registry import Registry
from tasks.sources.made_up import MadeUpRelease, make_up
from tests.flows.test_rollback import CHANGED, END, rollbacks
from tests.receiver import Receiver
from tests.routing.routers import Router

pytestmark = pytest.mark.slow  # days of traffic behind a router, for each way it misbehaves

HOOK = {"urls": ["HOOK"]}


def target(router: Router) -> dict:
    """Settings of the target."""
    return {"kind": "webhook", "url": router.url, "secret": "ROUTER", "allow_private": True}


def send_out(service: str, router: Router, name: str, route: object = "all") -> ReleaseReport:
    """Register a release and route it."""
    with clock.at(CHANGED - timedelta(days=3) if name == "1" else CHANGED):
        return release(
            service=service, release=name, model="m", config={"n": name}, target=target(router), by="Ada", route=route
        )


def judged_bad(service: str, router: Router, place: Path, share: float) -> EvaluationReport:
    """Three days of release 1, one of a bad release 2 with a share of the traffic; evaluated at their end."""
    releases = [
        MadeUpRelease(name="1", latency_factor=0.8),
        MadeUpRelease(name="2", starts=CHANGED, bad_share=0.5, latency_factor=0.8, traffic=share),
    ]
    make_up(place / "logs.jsonl", seed=3, end=END, days=4, service=service, releases=releases, per_day=400)
    with clock.at(END + timedelta(minutes=15)):
        return evaluate(
            service=service,
            logs={"path": str(place / "logs.jsonl")},
            judge={"provider": "heuristic"},
            window="6h",
            policy={"mode": "auto", "max_catch_up": 60},
            target=target(router),
            alerts=HOOK,
        )


def test_a_bad_candidate_loses_its_share_and_the_live_release_stays(
    service: str, router: Router, told: Receiver, place: Path
) -> None:
    """It was never live: its share ends, it is quarantined, and the alias never moved."""
    send_out(service, router, "1")
    assert send_out(service, router, "2", 0.4).live == "1"
    assert router.shares == {"2": 0.4}
    report = judged_bad(service, router, place, 0.4)
    assert report.actions[0].startswith("rolled back 2 → 1")
    registry = Registry.connect()
    live = registry.live(service)
    assert live is not None
    assert (live.name, router.serving, router.shares) == ("1", "1", {})
    assert registry.get(service, "2").mark is Mark.QUARANTINED
    assert [body["kind"] for body in told.got][-2:] == ["fail", "rollback_done"]


def test_a_candidate_is_promoted_or_withdrawn(service: str, router: Router) -> None:
    """All traffic goes to the one that is routed; a share that is none, or with nobody to share with, is refused."""
    with pytest.raises(SettingsError, match="nothing else is live"):
        send_out(service, router, "1", 0.1)
    send_out(service, router, "1")
    with pytest.raises(SettingsError, match="between 0 and 1"):
        send_out(service, router, "2", 1.5)
    send_out(service, router, "2", 0.1)
    assert send_out(service, router, "1").live == "1"
    assert (router.serving, router.shares) == ("1", {})
    send_out(service, router, "2", 0.1)
    assert send_out(service, router, "2").live == "2"
    assert (router.serving, router.shares) == ("2", {})
    release(service=service, release="3", model="m3", route=0.5)
    assert router.shares == {"3": 0.5}  # by the router that is known


def test_where_no_router_is_known_traffic_cannot_be_split(service: str) -> None:
    """The alias points at one release."""
    release(service=service, release="1", model="m1")
    with pytest.raises(RoutingError, match="cannot split traffic"):
        release(service=service, release="2", model="m2", route=0.5)


@pytest.mark.parametrize("fault", ["down", "lies"])
def test_a_router_that_misbehaves_leaves_production_as_it_was(
    service: str, router: Router, told: Receiver, place: Path, fault: str
) -> None:
    """Named in report and message; nothing is quarantined, and the next run may try again."""
    send_out(service, router, "1")
    send_out(service, router, "2")
    router.fault = fault
    report = judged_bad(service, router, place, 1.0)
    assert report.actions[0].startswith("nothing was switched: webhook of ")
    registry = Registry.connect()
    live = registry.live(service)
    assert live is not None
    assert (live.name, router.serving, registry.get(service, "2").mark) == ("2", "2", Mark.NONE)
    assert [body["kind"] for body in told.got] == ["fail", "rollback_failed"]
    router.fault = ""
    with clock.at(END + timedelta(minutes=20)):
        by_hand = roll_back(service=service, reason="router is back", target=target(router), to="1", alerts=HOOK)
    assert (by_hand.state, router.serving, len(rollbacks(service))) == ("done", "1", 2)
