"""A/B on real parts: made-up logs of two releases side by side, the heuristic judge, SQLite, MLflow, Prefect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from mlflow import MlflowClient

from flows.comparison import compare
from flows.releases import release
from flows.running.clock import at
from tasks.domain.errors import JudgeError, SettingsError
from tasks.domain.release import Mark
from tasks.experiments import ComparisonReport
from tasks.registry import Registry
from tasks.sources.made_up import MadeUpRelease, make_up

END = datetime(2026, 6, 15, tzinfo=UTC)
BEGAN = END - timedelta(days=2)
AUTO = {"mode": "auto", "freshness": "3d"}
ONLY_QUALITY = {"guardrails": ("errors",), "margins": {"quality": 0.06, "errors": 0.05}}


def logs_of(place: Path, service: str, bad: float) -> Path:
    """Return three days of logs: the candidate takes half of the last two, a share of its answers is bad."""
    releases = [
        MadeUpRelease(name="1", bad_share=0.05),
        MadeUpRelease(name="2", bad_share=bad, starts=BEGAN, traffic=0.5),
    ]
    path = place / "logs.jsonl"
    make_up(path, seed=5, end=END, days=3, service=service, releases=releases, per_day=1500)
    return path


def run(service: str, logs: Path, *, now: datetime = END, **asked: object) -> ComparisonReport:
    """Compare in windows of three hours."""
    fields: dict = {
        "judge": {"provider": "heuristic"},
        "window": "3h",
        "start": BEGAN - timedelta(hours=12),
        "experiment": ONLY_QUALITY,
    } | asked
    with at(now + timedelta(minutes=30)):
        return compare(service=service, control="1", candidate="2", logs={"path": str(logs)}, **fields)


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"judge": {"provider": "openai"}}, JudgeError, "'OPENAI_API_KEY'"),
        ({"start": END, "end": BEGAN}, SettingsError, "is not before end"),
        ({"start": datetime(2026, 6, 1)}, SettingsError, "has no time zone"),  # noqa: DTZ001 (the point)
        ({"end": datetime(2026, 6, 1)}, SettingsError, "end '2026-06-01T00:00:00' has no time zone"),  # noqa: DTZ001 (the point)
        ({"judge": {"provider": "heuristic", "rubric": "nope"}}, SettingsError, "judge.rubric 'nope' is not known"),
        ({"window": "7h"}, SettingsError, "'7h' is no length"),
        ({"experiment": {"primry": "cost"}}, Exception, "did you mean 'primary'"),
    ],
)
def test_bad_settings_are_one_clear_error(place: Path, service: str, asked: dict, error: type[Exception], words: str):
    """Each names the thing."""
    logs = logs_of(place, service, 0.05)
    with pytest.raises(error, match=words):
        run(service, logs, **asked)


def test_a_release_is_not_compared_with_itself(place: Path, service: str):
    """Two names, please."""
    with pytest.raises(SettingsError, match="both '1'"):
        compare(service=service, control="1", candidate="1", logs={"path": "x"}, judge={"provider": "heuristic"})


def test_a_judge_that_is_away_leaves_windows_waiting(
    place: Path, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is counted without scores while they may still come; from a deployment it holds no key of the router."""
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    logs = logs_of(place, service, 0.05)
    away = {"provider": "openai", "base_url": "http://127.0.0.1:9/v1"}
    now = BEGAN + timedelta(hours=6)
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", str(uuid4()))
    monkeypatch.setenv("ROUTER", "key")
    hook = {"kind": "webhook", "url": "http://127.0.0.1:9", "secret": "ROUTER"}
    report = run(service, logs, judge=away, now=now, target=hook)
    (dropped,) = report.actions
    assert dropped.startswith("ROUTER moves traffic")
    assert "it is tried again" in report.waiting
    assert report.windows == 0
    assert report.decision == "continue"


@pytest.mark.slow
def test_a_bad_candidate_is_stopped_and_rolled_back_by_policy_auto(place: Path, service: str) -> None:
    """Live is back at the control, the candidate quarantined; a second run changes, pays and records nothing."""
    logs = logs_of(place, service, 0.4)
    for name in "12":
        release(service=service, release=name, model=f"gpt-{name}")
    report = run(service, logs, policy=AUTO)
    assert report.decision == "stop", report.text
    assert "worse in quality" in report.reason
    registry = Registry.connect()
    live = registry.live(service)
    assert live is not None
    assert live.name == "1"
    assert registry.get(service, "2").mark is Mark.QUARANTINED
    MlflowClient().set_tag(report.mlflow_run_id or "", "mlflow.note.content", "seen by Ada")
    again = run(service, logs, policy=AUTO)
    assert MlflowClient().get_run(report.mlflow_run_id or "").data.tags["mlflow.note.content"] == "seen by Ada"
    assert (again.decision, again.actions, again.judge.calls, again.new_windows) == ("stop", [], 0, 0)
    assert again.mlflow_run_id == report.mlflow_run_id


@pytest.mark.slow
def test_a_neutral_candidate_is_promoted_by_policy_auto(place: Path, service: str) -> None:
    """All traffic goes to it, once everything is shown; what was decided from half the windows says what is missing."""
    logs = logs_of(place, service, 0.05)
    release(service=service, release="1", model="gpt-1")
    release(service=service, release="2", model="gpt-2", route="none")
    early = run(service, logs, now=BEGAN + timedelta(hours=9), policy=AUTO)
    assert early.decision == "continue"
    assert early.actions == []
    report = run(service, logs, policy=AUTO)
    assert report.decision == "promote", report.text
    assert report.windows > early.windows
    live = Registry.connect().live(service)
    assert live is not None
    assert live.name == "2"


@pytest.mark.slow
def test_dry_run_only_says_what_it_would_do_and_old_decisions_act_never(place: Path, service: str) -> None:
    """Neither touches the registry."""
    logs = logs_of(place, service, 0.4)
    for name in "12":
        release(service=service, release=name, model=f"gpt-{name}")
    assert run(service, logs, policy={"freshness": "3d"}).actions == ["dry run: would stop 2"]
    late = run(service, logs, now=END + timedelta(days=3), start=BEGAN, policy={"mode": "auto"}, end=END)
    assert late.actions == ["did not stop 2: the decision is older than policy.freshness 24h"]
    live = Registry.connect().live(service)
    assert live is not None
    assert live.name == "2"


@pytest.mark.slow
def test_window_by_window_decides_like_one_run(place: Path, service: str) -> None:
    """State resumed from the store; and MLflow has one run with the picture and the whole timeline."""
    logs = logs_of(place, service, 0.1)
    whole = run(service, logs)
    (place / "store.db").rename(place / "whole.db")
    for file in place.glob("store.db-*"):
        file.unlink()
    pieces = whole
    for hours in (6, 12, 24, 36, 48):
        pieces = run(service, logs, now=BEGAN + timedelta(hours=hours))
    left_out = {"judge", "actions", "new_windows"}
    assert pieces.model_dump(exclude=left_out) == whole.model_dump(exclude=left_out)
    client = MlflowClient()
    known = client.get_run(whole.mlflow_run_id or "")
    assert known.data.tags["plumbline.kind"] == "comparison"
    assert known.data.tags["plumbline.verdict"] == whole.decision
    history = client.get_metric_history(known.info.run_id, "quality/difference")
    assert len(history) == len({metric.step for metric in history}) == whole.windows
    page = Path(client.download_artifacts(known.info.run_id, "report.html", str(place))).read_text()
    assert "<svg" in page
    assert whole.reason.split(";")[0].split(" (")[0][1:] in page
