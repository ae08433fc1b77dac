"""Capacity on real parts: made-up logs, SQLite, MLflow, Prefect, and a router on loopback that runs replicas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from mlflow import MlflowClient

from flows.capacity import plan_capacity
from flows.releases import release
from flows.response import respond
from flows.running.clock import at
from flows.scaling import scale
from tasks.capacity import CapacityReport
from tasks.domain.errors import SettingsError
from tasks.domain.report import ScalingReport
from tasks.registry import Registry
from tasks.sources.made_up import MadeUpRelease, make_up
from tasks.store import ActionState, Store
from tests.receiver import listening
from tests.routing.routers import SECRET, Router, routing

pytestmark = pytest.mark.slow  # weeks of traffic planned and scaled

END = datetime(2026, 6, 15, tzinfo=UTC)
NOW = END + timedelta(minutes=15)
# One request in fifty finds the first replica busy in the busiest hours: more than one in a hundred.
PRICED = {"max_replicas": 6, "replica_hour_usd": 0.5, "share": 0.99, "max_wait_ms": 5}


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days of one release."""
    path = tmp_path_factory.mktemp("logs") / "logs.jsonl"
    make_up(path, seed=5, end=END, days=3, service="any", releases=[MadeUpRelease(name="1")], per_day=1500)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        del row["service"]  # rows that name none are of whoever asks
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def router(monkeypatch: pytest.MonkeyPatch) -> Iterator[Router]:
    """A router that runs replicas; its secret lies in the environment."""
    monkeypatch.setenv("ROUTER", SECRET)
    with routing() as opened:
        yield opened


def run(service: str, logs: Path, now: datetime = NOW, **asked: object) -> CapacityReport:
    """Plan from three days of logs."""
    fields: dict = {"autoscaling": PRICED} | asked
    with at(now):
        return plan_capacity(service=service, logs={"path": str(logs)}, **fields)


def webhook(router: Router) -> dict:
    """The router as a target."""
    return {"kind": "webhook", "url": router.url, "secret": "ROUTER", "allow_private": True}


def by_hand(service: str, **asked: object) -> ScalingReport:
    """Apply a plan five minutes later."""
    with at(NOW + timedelta(minutes=5)):
        return scale(service=service, **asked)


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"now": END - timedelta(days=40)}, SettingsError, "have no request of"),
        ({"end": datetime(2026, 6, 1)}, SettingsError, "has no time zone"),  # noqa: DTZ001 (the point)
        ({"autoscaling": {"max_replica": 3}}, Exception, "did you mean 'max_replicas'"),
    ],
)
def test_bad_input_is_one_clear_error(
    place: Path, service: str, logs: Path, asked: dict, error: type[Exception], words: str
):
    """Each names the thing."""
    with pytest.raises(error, match=words):
        run(service, **{"logs": logs} | asked)


def test_a_plan_is_recorded_with_table_picture_and_manifest(place: Path, service: str, logs: Path) -> None:
    """In MLflow once, however often it is made; nothing is done without a policy that says so."""
    report = run(service, logs)
    assert report.outcome == "planned"
    assert report.actions == [f"dry run: would scale to {_said(report)} for 168 hours from 2026-06-15 00:00Z"]
    assert report.cost_usd == pytest.approx(0.5 * report.replica_hours)
    assert report.constant_usd is not None
    assert report.constant_usd > (report.cost_usd or 0)
    assert report.demand.requests_per_day == pytest.approx(1500, rel=0.2)
    assert run(service, logs).mlflow_run_id == report.mlflow_run_id
    client = MlflowClient()
    known = client.get_run(report.mlflow_run_id or "")
    assert known.data.tags["plumbline.kind"] == "capacity"
    assert known.data.params["max_replicas"] == "6"
    history = client.get_metric_history(known.info.run_id, "capacity/replicas")
    assert [metric.value for metric in history] == [hour.replicas for hour in report.hours]
    files = {name: Path(client.download_artifacts(known.info.run_id, name, str(place))).read_text()
             for name in ("report.html", "plan.csv", "plan.json", "horizontal_pod_autoscaler.json")}  # fmt: skip
    assert "<svg" in files["report.html"]
    assert len(files["plan.csv"].splitlines()) == 169
    assert json.loads(files["horizontal_pod_autoscaler.json"]) == report.autoscaler
    assert CapacityReport.model_validate_json(files["plan.json"]).plan_id == report.plan_id


def _said(report: CapacityReport) -> str:
    numbers = [hour.replicas for hour in report.hours]
    assert min(numbers) < max(numbers)
    return f"{min(numbers)}–{max(numbers)} replicas"


def test_the_live_releases_bounds_come_first(place: Path, service: str, logs: Path) -> None:
    """What the release leaves open the run says; bounds that contradict each other are named."""
    release(service=service, release="1", model="m", autoscaling={"min_replicas": 2, "max_replicas": 3})
    known = Registry.connect().get(service, "1")
    assert known.configuration is not None
    assert known.configuration.autoscaling == {"min_replicas": 2, "max_replicas": 3}
    report = run(service, logs)
    assert report.release == "1"
    assert {hour.replicas for hour in report.hours} == {2}
    assert (report.autoscaling.max_replicas, report.autoscaling.replica_hour_usd) == (3, 0.5)
    with pytest.raises(Exception, match="did you mean 'max_replicas'"):
        release(service=service, release="2", model="m", autoscaling={"max_replica": 3})
    release(service=service, release="3", model="m", autoscaling={"min_replicas": 9})
    with pytest.raises(SettingsError, match=r"release '3'.*min_replicas 9 is more than max_replicas 6"):
        run(service, logs)


def test_more_traffic_than_the_bounds_allow_is_told(
    place: Path, service: str, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan is short, and people are told once; a release without measurements is planned with another's."""
    release(service=service, release="9", model="m")
    with listening() as receiver:
        monkeypatch.setenv("HOOK", receiver.url)
        for _ in range(2):
            report = run(
                service,
                logs,
                autoscaling={"max_replicas": 1, "share": 0.99, "max_wait_ms": 5},
                alerts={"urls": ["HOOK"]},
            )
    assert [body["kind"] for body in receiver.got] == ["capacity_short"]
    assert report.outcome == "short"
    assert (
        f"{report.broken_hours} of 168 hours need more than max_replicas 1 (the busiest 2), the first 2026-06-15"
        in report.text
    )
    assert report.notes == ["9 has too few measured latencies; those of 1 were taken"]
    assert report.cost_usd is None


def test_policy_auto_scales_once(place: Path, service: str, logs: Path, router: Router) -> None:
    """The same plan again is no second order; a plan that comes back after another one is."""
    asked = {"policy": {"mode": "auto"}, "target": webhook(router)}
    report = run(service, logs, **asked)
    assert report.actions[0].startswith("scaled to ")
    assert f"Read back: webhook of {service} follows it." in report.actions[0]
    again = run(service, logs, **asked)
    assert again.actions == [f"plan {report.plan_id} is applied already"]
    assert by_hand(service, plan_id=report.plan_id).state == "known"
    (order,) = router.scaled
    assert order["hours"][0] == {"start": END.isoformat(), "replicas": report.hours[0].replicas}
    assert order["autoscaler"] == report.autoscaler
    with Store.open() as store:
        action = store.actions.last(service, "scale", ActionState.DONE)
    assert action is not None
    assert action.id == report.plan_id
    wider = run(service, logs, **asked | {"autoscaling": PRICED | {"max_replicas": 7}})
    back = run(service, logs, **asked)
    assert len({report.plan_id, wider.plan_id, back.plan_id}) == 3
    assert [order["max_replicas"] for order in router.scaled] == [6, 7, 6]


def test_a_person_applies_the_newest_plan_or_is_told_what_is_missing(
    place: Path, service: str, logs: Path, router: Router
) -> None:
    """By hand in mode dry_run; by an event only as the policy says; an older plan never."""
    assert by_hand(service).text == "not scaled. plan: the store has no plan yet: run plan_capacity first"
    first = run(service, logs, target=webhook(router))
    second = run(service, logs, target=webhook(router), autoscaling=PRICED | {"max_replicas": 7})
    assert "policy.mode is dry_run" in by_hand(service, plan_id=second.plan_id).text
    assert f"plan {second.plan_id} is newer" in by_hand(service, plan_id=first.plan_id).text
    assert "it was made up" in by_hand(service, plan_id="f00").text
    for minute, (action, words) in enumerate([("hold", "no hold: held until"), ("resume", "would scale to ")]):
        with at(NOW + timedelta(minutes=minute)):
            respond(service=service, action=action, reason="a sale", by="Ada")
        assert words in by_hand(service, dry_run=True).text
    assert router.scaled == []
    done = by_hand(service, by="Ada")
    assert (done.state, done.by, len(router.scaled)) == ("done", "Ada", 1)


def test_logs_of_the_past_and_another_release_never_scale(
    place: Path, service: str, logs: Path, router: Router
) -> None:
    """A backfill plans and touches nothing; nor does a target without replicas."""
    asked = {"policy": {"mode": "auto"}, "target": webhook(router)}
    late = run(service, logs, now=END + timedelta(days=3), **asked)
    assert "fresh plan: its logs end 3.0 days ago, at most 24.0 hours" in late.actions[0]
    assert late.notes == ["the logs end at 2026-06-15 00:00Z, before the plan begins"]
    nobody = run(service, logs, policy={"mode": "auto"})
    assert "no target runs replicas" in nobody.actions[0]
    assert router.scaled == []


def test_a_plan_that_was_not_applied_is_applied_later_and_a_crash_is_finished(
    place: Path, service: str, logs: Path, router: Router
) -> None:
    """A router that lies fails the run; and where only the record was lost, the next run reads back and closes it."""
    router.fault = "lies"
    asked = {"policy": {"mode": "auto"}, "target": webhook(router)}
    report = run(service, logs, **asked)
    assert report.actions[0].startswith(f"not scaled: webhook of {service}: told to follow plan")
    router.fault = ""
    assert run(service, logs, **asked).actions[0].startswith("scaled to ")
    with Store.open() as store:
        assert store.actions.update_state(report.plan_id, ActionState.DONE, ActionState.STARTED)
    assert by_hand(service, plan_id=report.plan_id).text.startswith("it follows already: ")
    assert len(router.scaled) == 1


def test_from_a_deployment_only_the_bell_is_rung(
    place: Path, service: str, logs: Path, router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What reads logs drops the router's secret, and scales nothing."""
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", str(uuid4()))
    report = run(service, logs, policy={"mode": "auto"}, target=webhook(router))
    dropped, asked = report.actions
    assert dropped.startswith("ROUTER moves traffic, and stood in the environment of what reads logs: dropped")
    assert (asked.endswith(f"requested (plan {report.plan_id})"), router.requests) == (True, 0)
