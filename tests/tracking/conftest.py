"""One MLflow database for the room, and made-up evaluations to record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.domain.evaluation import Evaluation, Lines, TimelinePoint
from tasks.domain.finding import Finding
from tasks.domain.interaction import Interaction
from tasks.domain.judgment import Cause, Judged, Judgment
from tasks.domain.summary import JudgeUsage
from tasks.domain.verdict import Verdict
from tasks.domain.window import Window
from tasks.tracking import Tracker
from tests.made import HOUR, START, window


@pytest.fixture(scope="session")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Tracker:
    """MLflow on a temporary SQLite; creating its schema takes seconds."""
    return Tracker.connect(f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def judged(number: int, text: str = "Where is my parcel?") -> tuple[Judged, ...]:
    """A judged sample, one of it unscored."""
    rows = []
    for at in range(number):
        interaction = Interaction(
            interaction_id=f"i-{at}", timestamp=START, prompt=text, response=f"{text} {at}", context=text, release="2"
        )
        cause = Cause.REFUSED if at == number - 1 else None
        scores = {} if cause else {"quality": at / number, "toxicity": 0.0}
        rows.append(
            Judged(interaction, Judgment(key=str(at), content="0" * 32, scores=scores, reason=text, cause=cause))
        )
    return tuple(rows)


def evaluation(
    at: int = 30, verdict: Verdict = Verdict.FAIL, *, sample: int = 5, text: str = "fine", **changes: Any
) -> Evaluation:
    """An evaluated window with everything on it."""
    rng = np.random.default_rng(at)
    moment = Window(START + at * HOUR, START + (at + 1) * HOUR)
    timeline = tuple(
        TimelinePoint(
            window=Window(START + k * HOUR, START + (k + 1) * HOUR),
            verdict=Verdict.PASS if k < at else verdict,
            warn=None if k < 3 else -1.0 + k * 0.4,
            rollback=None if k < 3 else -1.0 + k * 0.4,
            quality=None if k == 5 else 0.8,
            quality_low=None if k == 5 else 0.75,
            quality_high=None if k == 5 else 0.85,
            quality_baseline=0.81,
        )
        for k in range(at + 1)
    )
    findings = (
        Finding(
            monitor="quality",
            verdict=verdict,
            reason=f"quality 0.71, {text}",
            value=0.71,
            interval=(0.65, 0.77),
            baseline=0.82,
            effect=-0.11,
            evidence=12.0,
            metrics={
                "quality/mean": 0.71,
                "quality/ci_low": 0.65,
                "quality/ci_high": 0.77,
                "quality/baseline": 0.82,
                "quality/coverage": 1.0,
            },
        ),
        Finding(
            monitor="latency",
            verdict=Verdict.PASS,
            reason="p95 840 ms",
            value=840.0,
            metrics={"latency/p95_ms": 840.0, "latency/p50_ms": float("nan")},
        ),
        Finding(
            monitor="drift/input_tokens/ks",
            verdict=Verdict.PASS,
            reason="ks 0.02",
            value=0.02,
            metrics={"drift/input_tokens/ks": 0.02},
        ),
    )
    made = Evaluation(
        service="helpdesk",
        release="2",
        window=moment,
        number=at,
        config_hash="c0ffee",
        verdict=verdict,
        reasons=("quality fell",),
        text=f"{verdict.upper()}  helpdesk 2. {text}\n- Quality fell.",
        findings=findings,
        not_measured={"errors": "the logs carry no error column"},
        healthy=False,
        baseline="its predecessor 1",
        lines=Lines(warn_line=7.69, rollback_line=11.38, warn=2.0, rollback=12.0),
        evidence={"quality": 12.0},
        summary=window(
            rng, at, release="2", judge=JudgeUsage(provider="openai", model="gpt-4o-mini", calls=5, cost_usd=0.01)
        ),
        judged=judged(sample, text),
        timeline=timeline,
        rubric="default:1",
        flow_run_id="f-1",
        evaluated_at=datetime(2026, 6, 3, tzinfo=UTC) + timedelta(hours=at),
        settings={"window": "1h", "judge": {"model": "gpt-4o-mini"}},
    )
    return replace(made, **changes)
