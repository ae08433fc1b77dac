"""The judge is itself judged: what moves with the judge is not blamed on a release."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from flows.evaluation import evaluate
from tasks.domain.report import EvaluationReport, WindowReport
from tasks.sources.made_up import MadeUpRelease, make_up
from tasks.store import Store
from tasks.store.anchors import anchor_candidates
from tests.judging.fake_judge import Behaviour, FakeJudge

pytestmark = pytest.mark.slow  # thousands of calls to a judge on loopback

END = datetime(2026, 6, 15, tzinfo=UTC)
MOVES = END - timedelta(days=2)
Run = Callable[..., EvaluationReport]


@pytest.fixture
def fake() -> Iterator[FakeJudge]:
    """A running judge."""
    judge = FakeJudge().start()
    yield judge
    judge.stop()


def levels(text: str, less: int = 0) -> dict[str, int]:
    """A steady judge: 3 to 5 by content; or one that takes a level off each."""
    draw = zlib.crc32(text.encode())
    return {"correctness": 4 + draw % 2 - less, "groundedness": 4 + draw % 2 - less, "helpfulness": 5 - less}


@pytest.fixture
def run(place: Path, fake: FakeJudge, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Evaluate six days of one healthy release, all distinct contents, in windows of a day."""
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    service, path = f"bot-{uuid4().hex[:8]}", place / "logs.jsonl"
    make_up(
        path,
        seed=3,
        end=END,
        days=6,
        service=service,
        releases=[MadeUpRelease(name="1", latency_factor=0.7)],
        per_day=400,
    )
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line.replace('"prompt":"', f'"prompt":"{n}: ', 1) for n, line in enumerate(lines)) + "\n")

    def evaluated(**asked: object) -> EvaluationReport:
        fields: dict = {"judge": {"base_url": fake.url}, "window": "1d", "sampling": {"per_window": 400}} | asked
        return evaluate(service=service, logs={"path": str(path)}, **fields)

    return evaluated


def finding(window: WindowReport, monitor: str) -> tuple[str, str]:
    """Verdict and reason of one monitor."""
    return next((one.verdict, one.reason) for one in window.findings if one.monitor == monitor)


def test_a_judge_that_moves_in_a_healthy_stretch_fails_nothing_and_is_named(run: Run, fake: FakeJudge) -> None:
    """Quality and toxicity are undecided, the finding says how far the judge moved; steady again, all is well."""
    fake.behaviour = Behaviour(levels=levels)
    before = run(start=END - timedelta(days=6), end=MOVES)
    assert before.verdict == "pass"
    fake.behaviour = Behaviour(levels=lambda text: levels(text, less=1))
    moved = run(start=MOVES, end=MOVES + timedelta(days=1))
    assert {window.verdict for window in moved.windows} == {"inconclusive"}
    verdict, reason = finding(moved.windows[0], "judge")
    assert verdict == "inconclusive"
    assert "judge moved: anchors −0.25" in reason
    assert "served by served-model" in reason
    for monitor in ("quality", "toxicity"):
        verdict, reason = finding(moved.windows[0], monitor)
        assert verdict == "inconclusive"
        assert "the judge moved" in reason
    fake.behaviour = Behaviour(levels=levels)
    after = run(start=MOVES + timedelta(days=1), end=END)
    assert {window.verdict for window in after.windows} == {"pass"}
    assert "anchors unmoved" in finding(after.windows[-1], "judge")[1]
    again = run(start=MOVES, end=MOVES + timedelta(days=1), redo=True)
    assert {window.verdict for window in again.windows} == {"pass"}


def test_a_release_that_really_falls_fails_after_the_anchors_were_judged_again(run: Run, fake: FakeJudge) -> None:
    """The judge is steady on the anchors; what fell is the release."""
    fake.behaviour = Behaviour(levels=levels)
    run(start=END - timedelta(days=6), end=MOVES)
    known = set(fake.seen)
    fake.behaviour = Behaviour(levels=lambda text: levels(text, less=0 if text in known else 1))
    report = run(start=MOVES, end=END)
    assert report.verdict == "fail"
    first = next(window for window in report.windows if window.verdict == "fail")
    assert "anchors unmoved (+0.00, 100 judged again)" in finding(first, "judge")[1]


def test_anchors_cost_what_they_say_and_none_are_judged_when_nothing_is(run: Run, fake: FakeJudge) -> None:
    """Sixteen a run beside the sample; a second run of the same windows asks nothing."""
    fake.behaviour = Behaviour(levels=levels)
    run(start=END - timedelta(days=6), end=MOVES)
    asked = len(fake.requests)
    report = run(start=MOVES, end=MOVES + timedelta(days=1))
    assert len(fake.requests) - asked == report.judge.calls == report.windows[-1].judged + 16
    asked = len(fake.requests)
    run(start=MOVES, end=MOVES + timedelta(days=1))
    assert len(fake.requests) == asked


def test_without_anchors_nothing_is_kept_or_judged_again(run: Run, fake: FakeJudge) -> None:
    """Zero anchors: no texts of users in the store."""
    judge = {"base_url": fake.url, "anchors": 0}
    run(start=END - timedelta(days=6), end=END - timedelta(days=5), judge=judge)
    with Store.open() as store:
        assert not store._database.rows(select(anchor_candidates))


def test_a_judge_served_by_another_model_is_said(run: Run, fake: FakeJudge) -> None:
    """The name asked for stayed the same; who answers did not."""
    fake.behaviour = Behaviour(levels=levels, model="judge-2026-05")
    run(start=END - timedelta(days=6), end=MOVES)
    fake.behaviour = Behaviour(levels=levels, model="judge-2026-06")
    report = run(start=MOVES, end=MOVES + timedelta(days=1))
    verdict, reason = finding(report.windows[-1], "judge")
    assert verdict == "pass"
    assert "served by judge-2026-06, in the baseline by judge-2026-05" in reason
