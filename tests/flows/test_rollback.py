"""The second half of the loop on real parts: releases registered, a bad one rolled back, every refusal named."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from flows.evaluation import evaluate
from flows.releases import release
from flows.rollback import roll_back
from flows.running import clock
from tasks.domain.errors import RegistryError
from tasks.domain.release import Mark
from tasks.domain.report import EvaluationReport, RollbackReport
from tasks.domain.settings.policy import Target
from tasks.registry import Registry
from tasks.sources.made_up import MadeUpRelease, make_up
from tasks.store import Action, ActionState, Store
from tests.receiver import Receiver
from tests.routing.routers import SECRET, routing

END = datetime(2026, 6, 15, tzinfo=UTC)
CHANGED = END - timedelta(days=1)


@pytest.fixture
def two_releases(place: Path, service: str) -> Path:
    """Three days of a good release, one of a bad one, both registered when they went out."""
    path = place / "logs.jsonl"
    releases = [
        MadeUpRelease(name="1", latency_factor=0.8),
        MadeUpRelease(name="2", starts=CHANGED, bad_share=0.4, latency_factor=0.8),
    ]
    make_up(path, seed=3, end=END, days=4, service=service, releases=releases, per_day=400)
    for name, at in (("1", END - timedelta(days=4)), ("2", CHANGED)):
        with clock.at(at):
            release(service=service, release=name, model="gpt-4o-mini", prompt=f"Answer as {name}.", by="Ada")
    return path


def run(
    service: str, logs: Path, mode: str, *, at: datetime = END, target: Target = Target(), **policy: object
) -> EvaluationReport:
    """Evaluate the days in windows of six hours, as if it had just ended."""
    with clock.at(at + timedelta(minutes=15)):
        return evaluate(
            service=service,
            logs={"path": str(logs)},
            judge={"provider": "heuristic"},
            window="6h",
            policy={"mode": mode, "max_catch_up": 60} | policy,
            target=target,
            alerts={"urls": ["HOOK"], "owner": "team-bots"},
        )


def live(service: str) -> str | None:
    """What the alias points at."""
    found = Registry.connect().live(service)
    return found.name if found else None


def rollbacks(service: str) -> list[Action]:
    """The recorded rollbacks."""
    with Store.open() as store:
        return [action for action in store.actions.of(service) if action.kind == "rollback"]


def incidents(service: str) -> list[Action]:
    """The recorded incidents."""
    with Store.open() as store:
        return [action for action in store.actions.of(service) if action.kind == "incident"]


def test_a_bad_release_is_rolled_back_and_the_service_recovers(
    two_releases: Path, service: str, told: Receiver
) -> None:
    """Switch of both aliases, quarantine, history, recovery, a message each; and it cannot be sent out again."""
    report = run(service, two_releases, "auto")
    assert (report.verdict, live(service)) == ("fail", "1")
    assert [body["kind"] for body in told.got] == ["fail", "rollback_done"]
    assert "parcel" not in str(told.got)
    assert report.actions[0].startswith("rolled back 2 → 1 at 00:15Z by policy. quality:")
    registry = Registry.connect()
    assert registry.get(service, "2").mark is Mark.QUARANTINED
    assert registry.prompts.live(f"prompts:/{service}.prompt/1") == f"prompts:/{service}.prompt/1"
    assert [event["what"] for event in registry.history(service, "2")] == ["live, by release", "left, by rollback"]
    (action,) = rollbacks(service)
    assert (action.state, action.from_release, action.to_release) == (ActionState.DONE, "2", "1")

    release(service=service, release="2.1", model="gpt-4o-mini", prompt="Answer as 2.1.", route="none")
    with pytest.raises(RegistryError, match="configured like 2, which is quarantined"):
        release(service=service, release="3", model="gpt-4o-mini", prompt="Answer as 2.")
    assert release(service=service, release="1", model="gpt-4o-mini", prompt="Answer as 1.").live == "1"
    again = run(service, two_releases, "auto")
    assert again.actions == ["recovery is watched: 0 of 3 windows so far"]
    assert (len(rollbacks(service)), live(service)) == (1, "1")

    later = two_releases.with_name("later.jsonl")
    make_up(later, seed=4, end=END + timedelta(days=1), days=0.999, service=service,
            releases=[MadeUpRelease(name="1", latency_factor=0.8)], per_day=400)  # fmt: skip
    after = run(service, later, "auto", at=END + timedelta(days=1))
    assert after.verdict == "pass", after.reasons
    assert any(words.startswith("recovered: ") for words in after.actions)
    assert [body["kind"] for body in told.got] == ["fail", "rollback_done", "stale", "recovered"]
    assert {body["owner"] for body in told.got} == {"team-bots"}
    assert "Baseline: its own windows before it came back: 12 healthy windows" in after.windows[-1].text


def test_dry_run_says_what_it_would_do_and_off_says_nothing(two_releases: Path, service: str) -> None:
    """Nothing moves, nothing is recorded; the answer names the release it would go to."""
    assert run(service, two_releases, "dry_run").actions[0] == "dry run: would roll back to 1"
    assert (live(service), rollbacks(service)) == ("2", [])
    Registry.connect().set_live(service, "1", expected="2")
    assert run(service, two_releases, "dry_run").actions[0] == "live was moved outside: 2 → 1"
    (incident,) = incidents(service)
    assert incident.detail["ended"] == "1 is live instead, by outside"


def test_evidence_from_the_past_never_touches_production(two_releases: Path, service: str) -> None:
    """A backfill a month later: refused, with the age in the reason."""
    report = evaluate_past(service, two_releases)
    assert "alert not sent: HOOK: no environment variable and no Prefect Secret block of that name" in report.actions
    assert "fresh evidence: the evidence is 30.0 days old, at most 24.0 hours" in report.actions[0]
    assert live(service) == "2"
    (action,) = rollbacks(service)
    assert action.state is ActionState.REFUSED


def evaluate_past(service: str, logs: Path) -> EvaluationReport:
    """Backfill the days a month later."""
    with clock.at(END + timedelta(days=30, minutes=15)):
        return evaluate(
            service=service,
            logs={"path": str(logs)},
            judge={"provider": "heuristic"},
            window="6h",
            policy={"mode": "auto"},
            alerts={"urls": ["HOOK"]},
            start=END - timedelta(days=4),
            end=END,
        )


def refused(service: str, decision: str | None, **asked: object) -> RollbackReport:
    """Ask for a rollback at the end of the last day."""
    with clock.at(END + timedelta(minutes=20)):
        return roll_back(service=service, reason="the test asks", decision_id=decision, **asked)


def test_a_made_up_decision_changes_nothing_and_leaves_no_record(two_releases: Path, service: str) -> None:
    """The event is a doorbell, not an order: neither a made-up id rings it, nor that of anything else in the store."""
    with Store.open() as store:
        (released, _) = store.actions.of(service)
    for forged in ("f" * 20, released.id):
        report = refused(service, forged)
        assert report.state == "refused"
        assert "it was made up" in report.text
    assert (live(service), rollbacks(service)) == ("2", [])


@pytest.mark.slow
def test_triggers_at_once_make_one_switch(
    two_releases: Path, service: str, told: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a deployment only the bell is rung; of those who answer one switches, the others wait and find it done."""
    monkeypatch.setenv("ROUTER", SECRET)
    with routing() as router:
        hook = Target(kind="webhook", url=router.url, secret="ROUTER", allow_private=True)
        with monkeypatch.context() as deployed:
            deployed.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", str(uuid4()))
            deployed.setenv("ROUTER", SECRET)  # put back when this context ends
            dropped, asked = run(service, two_releases, "auto", target=hook).actions
            assert dropped.startswith("ROUTER moves traffic, and stood in the environment of what reads logs: dropped")
            assert run(service, two_releases, "auto", target=hook).actions == [asked]
        (action,) = rollbacks(service)
        assert (asked, live(service)) == (f"rollback of 2 requested (decision {action.id})", "2")
        assert router.requests == 0
        with ThreadPoolExecutor(3) as many:
            states = sorted(report.state for report in many.map(partial(refused, service), [action.id] * 3))
        assert (states, live(service), router.serving) == (["done", "known", "known"], "1", "1")
    (action,) = rollbacks(service)
    assert action.state is ActionState.DONE
    assert [body["kind"] for body in told.got] == ["fail", "rollback_done"]


@pytest.mark.slow
def test_a_rollback_by_hand_goes_where_it_is_told(two_releases: Path, service: str) -> None:
    """Dry first, then for real; an unknown, a quarantined and the live release are refused by name."""
    run(service, two_releases, "off")
    assert "good release: no release to go back to (9: not registered)" in refused(service, None, to="9").text
    assert "2 is live already" in refused(service, None, to="2").text
    assert refused(service, None, dry_run=True).text == "would roll 2 back to 1: every condition holds"
    assert live(service) == "2"
    assert refused(service, None, to="1", by="Ada").text.startswith(
        "rolled back 2 → 1 at 00:20Z by Ada. the test asks."
    )
    assert "2 is quarantined: rolled back: the test asks" in refused(service, None, to="2").text
    assert live(service) == "1"


@pytest.mark.slow
def test_cooldown_and_a_release_that_is_not_live_are_refused(two_releases: Path, service: str) -> None:
    """After the rollback the bad release is put back by hand: within the cooldown nothing is switched again."""
    run(service, two_releases, "auto")
    registry = Registry.connect()
    registry.set_live(service, "2", expected="1")
    with Store.open() as store:
        done = rollbacks(service)[0]
        store.actions.record(
            Action(id="again", service=service, kind="rollback", reason=done.reason, by="policy",
                   state=ActionState.REQUESTED, from_release="2", detail=done.detail)
        )  # fmt: skip
        store.actions.record(
            Action(id="other", service=service, kind="rollback", reason=done.reason, by="policy",
                   state=ActionState.REQUESTED, from_release="1", detail=done.detail)
        )  # fmt: skip
    again = refused(service, "again")
    assert "cooldown: the last rollback was 5 minutes ago, the cooldown is 6.0 hours" in again.text
    assert "live: 2 is live, not 1: there is nothing to roll back" in refused(service, "other").text
    assert live(service) == "2"
    with Store.open() as store:
        assert store.actions.last(service, "moved_outside") is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    "step",
    [
        "flows.evaluating.acting.ring_rollback",
        "flows.switching.switchboard.switch",
        "tasks.routing.alias.AliasTarget.switch",
        "flows.switching.switchboard.Switchboard._conclude",
        "tasks.registry.registry.Registry.mark",
        "flows.requests.request.Request.tell",
    ],
)
def test_a_crash_before_any_step_is_finished_by_the_next_evaluation(
    two_releases: Path, service: str, step: str, told: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it is asked for, between both targets, before it is told: one state, one record, told once."""

    class Killed(BaseException):
        """Nothing catches it, like a SIGKILL."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(step, die)
        with pytest.raises(Killed):
            run(service, two_releases, "auto")
    run(service, two_releases, "auto")
    registry = Registry.connect()
    prompt = registry.prompts.live(f"prompts:/{service}.prompt/1")
    assert (live(service), prompt) == ("1", f"prompts:/{service}.prompt/1")
    (action,) = rollbacks(service)
    assert action.state is ActionState.DONE
    assert registry.get(service, "2").mark is Mark.QUARANTINED
    (incident,) = incidents(service)
    assert incident.detail["rolled_back_to"] == "1"
    assert [body["kind"] for body in told.got] == ["fail", "rollback_done"]
