"""A/B tests from their start by `release` to their end: found by `compare`, split by a router, stopped or promoted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mlflow import MlflowClient

from flows.comparison import compare
from flows.promotion import promote
from flows.releases import release
from flows.response import respond
from flows.running import clock
from tasks.domain.errors import SettingsError
from tasks.domain.release import Mark
from tasks.domain.report import ReleaseReport
from tasks.experiments import ComparisonReport, assign
from tasks.registry import Registry
from tasks.sources.made_up import MadeUpRelease, make_up
from tests.receiver import Receiver
from tests.routing.routers import Router

pytestmark = pytest.mark.slow  # days of traffic for each end of a test

END = datetime(2026, 6, 15, tzinfo=UTC)
BEGAN = END - timedelta(hours=20)
"""In the middle of a window of three hours, as tests begin."""

TEST = {
    "share": 0.4,
    "min_days": 0.25,
    "guardrails": ("errors",),
    "margins": {"quality": 0.15, "errors": 0.1},
    "unit": "session",
}


def target(router: Router) -> dict:
    """Settings of the target."""
    return {"kind": "webhook", "url": router.url, "secret": "ROUTER", "allow_private": True}


def begin(service: str, **asked: object) -> ReleaseReport:
    """Release 1, and start a test of release 2 against it."""
    for name, at, more in (("1", BEGAN - timedelta(days=1), {}), ("2", BEGAN, {"ab_test": TEST} | asked)):
        with clock.at(at):
            started = release(
                service=service, release=name, model=f"m{name}", by="Ada", **{"target": asked.get("target", {})} | more
            )
    return started


def follow(service: str, place: Path, *, bad: float = 0.05, at: datetime = END, **asked: object) -> ComparisonReport:
    """Look on as the schedule does: no release is named."""
    path = place / "logs.jsonl"
    if not path.exists():
        releases = [
            MadeUpRelease(name="1", bad_share=0.05),
            MadeUpRelease(name="2", bad_share=bad, starts=BEGAN, traffic=0.4),
        ]
        make_up(path, seed=5, end=END, days=2, service=service, releases=releases, per_day=1500)
    with clock.at(at + timedelta(minutes=30)):
        fields = {"judge": {"provider": "heuristic"}, "window": "3h", "policy": {"mode": "auto"}} | asked
        return compare(service=service, logs={"path": str(path)}, **fields)


def live(service: str) -> str:
    """Return what the alias points at."""
    found = Registry.connect().live(service)
    assert found is not None
    return found.name


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"ab_test": {"shre": 0.1}}, Exception, "did you mean 'share'"),
        ({"ab_test": {"share": 0.1}, "route": 0.2}, SettingsError, "route 0.2 and ab_test.share 0.1 differ"),
    ],
)
def test_a_test_that_cannot_be_run_starts_nothing(service: str, asked: dict, error: type[Exception], words: str):
    """One clear error, and all traffic stays where it is."""
    with pytest.raises(error, match=words):
        begin(service, **asked)
    assert live(service) == "1"
    assert Registry.connect().announced(service) == {}


def test_nothing_is_compared_while_no_test_is_open(service: str, place: Path):
    """A schedule that runs always says so and does nothing; a canary's share alone is no test."""
    report = follow(service, place)
    assert (report.decision, report.windows) == ("none", 0)
    assert "no A/B test" in report.text
    with pytest.raises(SettingsError, match="control and candidate go together"):
        follow(service, place, control="1")


def test_a_bad_candidate_loses_its_share_through_the_rollback(
    service: str, router: Router, told: Receiver, place: Path
) -> None:
    """The test is found by itself, counts whole windows, and ends with the control serving alone; told once."""
    started = begin(service, target=target(router))
    assert started.ab_test is not None
    assert (started.live, router.shares) == ("1", {"2": 0.4})
    split = Registry.connect().announced(service)
    assert router.split == split
    assert split == {"salt": started.ab_test, "unit": "session", "shares": {"1": 0.6, "2": 0.4}}
    assert {assign(f"session {n}", split["salt"], split["shares"]) for n in range(20)} == {"1", "2"}
    told_to = {"target": target(router), "alerts": {"urls": ["HOOK"]}}
    report = follow(service, place, bad=0.5, **told_to)
    assert report.decision == "stop", report.text
    assert report.start == BEGAN + timedelta(hours=2)
    assert report.actions[0].startswith("rolled back 2 → 1")
    assert (live(service), router.serving, router.shares) == ("1", "1", {})
    registry = Registry.connect()
    assert registry.get(service, "2").mark is Mark.QUARANTINED
    assert registry.announced(service) == {}
    assert [one.metric for one in report.metrics if one.worse] == ["quality"]
    again = follow(service, place, **told_to)
    assert (again.decision, again.actions, again.judge.calls) == ("stop", [], 0)
    assert [body["kind"] for body in told.got] == ["rollback_done", "compared"]
    note = MlflowClient().get_run(again.mlflow_run_id or "").data.tags["mlflow.note.content"]
    assert "Done: rolled back 2 → 1" in note
    assert follow(service, place, at=END + timedelta(days=3)).decision == "none"


def test_a_good_candidate_is_promoted_once_no_hold_is_in_force(service: str, router: Router, place: Path) -> None:
    """A hold keeps everything; the next run tries again, the router serves the candidate, and the test is over."""
    begin(service, target=target(router))
    with clock.at(END):
        respond(service=service, action="hold", until=END + timedelta(minutes=45), reason="a big day", by="Ada")
    held = follow(service, place, target=target(router))
    assert held.decision == "promote", held.text
    assert held.actions[0].startswith("did not promote 2. no hold: held until")
    assert (live(service), router.shares) == ("1", {"2": 0.4})
    done = follow(service, place, target=target(router), at=END + timedelta(hours=1))
    assert done.actions[0].startswith("promoted 1 → 2")
    assert (live(service), router.serving, router.shares) == ("2", "2", {})
    with clock.at(END + timedelta(hours=2)):
        again = promote(service=service, by="Ada")
    assert (again.state, again.text.split()[-3:]) == ("known", ["nothing", "to", "do"])


def test_in_dry_run_a_person_promotes_and_an_application_assigns_by_itself(service: str, place: Path) -> None:
    """Without a router the registry tells applications how to assign; promoting by hand is held to production alone."""
    assert begin(service).ab_test == Registry.connect().announced(service)["salt"]
    report = follow(service, place, policy={"mode": "dry_run"})
    assert report.actions == ["dry run: would promote 2"]
    with clock.at(END + timedelta(days=2)):
        assert promote(service=service, dry_run=True).state == "dry_run"
        refused = promote(service=service, decision_id="made-up")
        assert "it was made up" in refused.text
        assert promote(service=service, by="Ada").state == "done"
    assert live(service) == "2"
    assert Registry.connect().announced(service) == {}


def test_a_test_that_others_ended_is_called_off(service: str, place: Path) -> None:
    """Windows after its end do not count, and it says who ended it."""
    begin(service)
    ended = BEGAN + timedelta(hours=6)
    with clock.at(ended):
        release(service=service, release="1", model="m1", by="Bo")
    report = follow(service, place, at=ended + timedelta(hours=4))
    assert report.decision == "inconclusive", report.text
    assert "release of 1 by Bo" in report.reason
    assert report.end == BEGAN + timedelta(hours=5)
    assert report.actions == ["nothing: the test is over"]


def test_a_gateway_that_draws_for_each_request_is_analysed_by_request(service: str, router: Router, place: Path):
    """A session would meet both releases: the report says so."""
    gateway = {"kind": "mlflow_gateway", "url": router.url, "endpoint": "chat", "settle": "0s"}
    begin(service, target=gateway)
    report = follow(service, place, target=gateway, policy={"mode": "off"}, at=BEGAN + timedelta(hours=8))
    assert "Assignment: the router draws for each request" in report.text
    assert "interactions, each assigned by itself" in report.text
