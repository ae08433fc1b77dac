"""A judge that is away or refuses us: nothing fails, it is said why, and the next run fills the open windows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from flows.evaluation import evaluate
from tasks.domain.report import EvaluationReport
from tasks.sources.made_up import MadeUpRelease, make_up
from tests.flows.evaluating.test_anchoring import fake
from tests.judging.fake_judge import Behaviour, FakeJudge

END = datetime(2026, 6, 15, tzinfo=UTC)
Run = Callable[[], EvaluationReport]
__all__ = ["fake"]


@pytest.fixture
def run(place: Path, fake: FakeJudge, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Evaluate a day of a healthy release."""
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    service, path = f"bot-{uuid4().hex[:8]}", place / "logs.jsonl"
    releases = [MadeUpRelease(name="1", latency_factor=0.7)]
    make_up(path, seed=3, end=END, days=1, service=service, releases=releases, per_day=200)

    def evaluated() -> EvaluationReport:
        return evaluate(
            service=service,
            logs={"path": str(path)},
            judge={"base_url": fake.url, "max_concurrency": 16},
            window="6h",
            start=END - timedelta(days=1),
            end=END,
        )

    return evaluated


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "cause"), [("401", "not authorized"), ("quota", "quota used up")])
def test_a_judge_that_refuses_us_stops_at_once_and_stays_paused(
    run: Run, fake: FakeJudge, fault: str, cause: str
) -> None:
    """At most what was in flight is asked; then one request a run; the windows are filled once it accepts."""
    fake.behaviour = Behaviour(fault=lambda k, text: fault)
    first = run()
    assert first.verdict == "inconclusive"
    assert cause in first.reasons[0]
    assert "paused" in first.reasons[0]
    assert len(fake.requests) <= 16
    asked = len(fake.requests)
    assert run().verdict == "inconclusive"
    assert len(fake.requests) == asked + 1
    fake.behaviour = Behaviour()
    healed = run()
    assert healed.verdict == "pass"
    assert {(window.state, window.coverage) for window in healed.windows} == {("done", 1.0)}


@pytest.mark.slow
def test_an_outage_in_the_middle_is_reported_and_filled_by_the_next_run(
    run: Run, fake: FakeJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server stops answering after forty requests; what was scored stays paid."""
    monkeypatch.setattr("tasks.judging.chat._LEAST_TIMEOUT_SECONDS", 0.5)
    fake.behaviour = Behaviour(fault=lambda k, text: "hang" if len(fake.requests) > 40 else None)
    began = time.monotonic()
    report = run()
    assert time.monotonic() - began < 20
    assert report.verdict == "inconclusive"
    assert {window.verdict for window in report.windows} <= {"inconclusive", "pass"}
    assert any("timed out" in reason or "judge unavailable" in reason for reason in report.reasons)
    fake.behaviour = Behaviour()
    healed = run()
    assert healed.verdict == "pass"
    assert {window.state for window in healed.windows} == {"done"}
    assert healed.judge.from_ledger >= 10
