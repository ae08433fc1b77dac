"""A backtest on real parts: made-up logs of a good and a bad release; production's records stay as they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client

from flows.backtesting import backtest
from flows.evaluating.assignment import assign
from flows.replaying.replay import Replay
from flows.running.clock import at
from tasks.domain.backtest import BacktestReport
from tasks.domain.errors import JudgeError, SettingsError
from tasks.domain.settings.judging import Judge, Sampling
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.monitors import Monitors
from tasks.domain.settings.policy import Alerts, Baseline, Policy, Target
from tasks.sources.made_up import MadeUpRelease, make_up
from tests.judging.fake_judge import FakeJudge

pytestmark = pytest.mark.slow  # whole replays, each in databases of its own

END = datetime(2026, 6, 15, tzinfo=UTC)
CHANGED = END - timedelta(days=1)
SERVICE = "backtested-bot"
SETTINGS = {"judge": {"provider": "heuristic"}, "window": "6h", "sampling": {"per_window": 60}}


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder to run in, with addresses of a store and an MLflow that nothing may write to."""
    place = tmp_path_factory.mktemp("backtest")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setenv("PLUMBLINE_STORE_URL", f"sqlite:///{place}/production.db")
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{place}/production-mlflow.db")
        for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
            patch.delenv(name, raising=False)
        yield place


@pytest.fixture(scope="module")
def logs(production: Path) -> dict[str, str]:
    """Six days of a good release and one of a bad one."""
    releases = [
        MadeUpRelease(name="1", bad_share=0.02, latency_factor=0.8),
        MadeUpRelease(name="2", starts=CHANGED, bad_share=0.35, latency_factor=0.8),
    ]
    make_up(production / "logs.jsonl", seed=3, end=END, days=7, service=SERVICE, releases=releases, per_day=300)
    return {"path": str(production / "logs.jsonl")}


@pytest.fixture(scope="module")
def report(logs: dict[str, str]) -> BacktestReport:
    """The backtest that the tests look at; its policy would act, were it in force."""
    return backtest(service=SERVICE, logs=logs, policy={"mode": "auto"}, **SETTINGS)


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"service": "nobody"}, SettingsError, f"no row of logs.path is of service 'nobody'.*{SERVICE}"),
        ({"start": END, "end": END - timedelta(days=1)}, SettingsError, "is not before end"),
        ({"start": datetime(2026, 6, 1)}, SettingsError, "has no time zone"),  # noqa: DTZ001 (the point)
        ({"judge": {"provider": "openai"}}, JudgeError, "'OPENAI_API_KEY'"),
        ({"policy": {"mod": "auto"}}, Exception, "did you mean 'mode'"),
    ],
)
def test_bad_settings_are_one_clear_error(
    production: Path, logs: dict[str, str], asked: dict, error: type[Exception], words: str
) -> None:
    """Before anything is replayed."""
    with pytest.raises(error, match=words):
        backtest(**{"service": SERVICE, "logs": logs, "place": str(production / "bad")} | SETTINGS | asked)


def test_a_judge_beyond_the_budget_is_refused_before_the_first_call(
    production: Path, logs: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the expected cost and what to do; the environment is put back."""
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    before = os.environ["PLUMBLINE_STORE_URL"], os.environ["MLFLOW_TRACKING_URI"]
    fake_judge = FakeJudge().start()
    with pytest.raises(SettingsError, match=r"\d+ requests, .* USD, more than budget_usd 0\.0001; raise it"):
        backtest(
            service=SERVICE,
            logs=logs,
            judge={"base_url": fake_judge.url},
            window="6h",
            start=END - timedelta(days=1),
            budget_usd=0.0001,
            place=str(production / "dear"),
        )
    fake_judge.stop()
    assert fake_judge.requests == []
    assert before == (os.environ["PLUMBLINE_STORE_URL"], os.environ["MLFLOW_TRACKING_URI"])


def test_the_bad_release_would_have_been_rolled_back_to_the_good_one(report: BacktestReport) -> None:
    """By the real decisions, with the time at which it would have been known."""
    good, bad = report.releases
    assert (good.release, good.rolled_back_at) == ("1", None)
    assert "fail" not in good.verdicts
    assert (bad.release, bad.rolled_back_to) == ("2", "1")
    assert bad.rolled_back_at is not None
    assert CHANGED < bad.rolled_back_at <= END + timedelta(minutes=10)
    assert bad.rolled_back_at == next(w.end for w in report.windows if w.worse) + timedelta(minutes=10)
    assert "would have been rolled back to 1" in report.text
    assert f"Z: {next(w.reasons[0] for w in report.windows if w.worse).rstrip('.')}" in report.text
    assert "Nothing was switched" in report.text


def test_a_window_that_is_not_over_is_left_out(logs: dict[str, str], production: Path) -> None:
    """In the middle of one it would be judged by half its rows, and warned of at a time yet to come."""
    asked = assign(SERVICE, LogSource.model_validate(logs), Judge(provider="heuristic"), Sampling(), Monitors(),
                   Baseline(), Policy(), Target(), Alerts(), "6h", redo=False)  # fmt: skip
    with at(END + timedelta(minutes=9)):
        replays = [Replay(asked, None, end, 28, str(production / "half")) for end in (None, END)]
    assert [replay.end for replay in replays] == 2 * [END - timedelta(hours=6)]
    assert [replay.stretches[-1].end for replay in replays] == 2 * [END - timedelta(hours=6)]


def test_simple_rules_are_told_beside(report: BacktestReport) -> None:
    """When each would have rolled back, by release."""
    assert [rule.rule for rule in report.rules] == ["mean below 0.7", "3 sigma, 3 times in a row"]
    assert report.rules[0].fired_at["2"] is not None


def test_production_is_not_touched_and_nothing_is_published_in_its_name(
    report: BacktestReport, production: Path
) -> None:
    """No store, no MLflow, no artifact of the service beside the backtest's own."""
    assert report.windows
    assert not list(production.glob("production*"))
    assert str(production / ".plumbline" / "backtest" / SERVICE) in report.mlflow_uri
    with get_client(sync_client=True) as client:
        kept = {one.key: one for one in client.read_artifacts()}
        runs = [one for one in client.read_flow_runs() if SERVICE in one.name]
    assert not [key for key in kept if key in {f"verdict-{SERVICE}", f"progress-{SERVICE}", f"release-{SERVICE}"}]
    assert "would have rolled back" in str(kept[f"backtest-{SERVICE}"].data)
    inner = {one.state.name for one in runs if one.name.startswith(f"backtest of {SERVICE} ") and one.state}
    assert inner == {"Replayed"}
