"""The judge held against people on real parts: made-up logs and labels, SQLite, MLflow, Prefect."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mlflow import MlflowClient
from prefect import get_client

from flows.calibrating.record import calibration_markdown
from flows.calibration import calibrate
from flows.evaluation import evaluate
from flows.running.artifacts import slug
from flows.running.clock import at
from tasks.calibration import Pair, calibration_report
from tasks.domain.calibration import CalibrationReport
from tasks.domain.errors import JudgeError, SettingsError, SourceError
from tasks.domain.interaction import Interaction
from tasks.domain.label import UnusedLabel
from tasks.domain.report import JudgeSpend
from tasks.judging.heuristic import quality_of
from tasks.sources import read
from tasks.sources.made_up import MadeUpRelease, make_up
from tests.hostile import HOSTILE, shown
from tests.judging.fake_judge import Behaviour, FakeJudge

pytestmark = pytest.mark.slow  # thousands of judgments in a place of their own

END = datetime(2026, 6, 15, tzinfo=UTC)
START = END - timedelta(days=2)
HEURISTIC = {"provider": "heuristic"}
LABELED = 60


@pytest.fixture
def logs(place: Path, service: str) -> dict[str, str]:
    """A day of a good release and a day of one with many bad answers."""
    releases = [
        MadeUpRelease(name="1", bad_share=0.1),
        MadeUpRelease(name="2", bad_share=0.4, starts=END - timedelta(days=1)),
    ]
    make_up(place / "logs.jsonl", seed=7, end=END, days=2, service=service, releases=releases, per_day=400)
    return {"path": str(place / "logs.jsonl")}


def people(row: Interaction, chance: random.Random) -> float:
    """A person, from 1 to 5: stricter than the judge by 0.1 in the mean, and of their own mind."""
    return 1 + 4 * min(max(quality_of(row)[0] - 0.1 + chance.gauss(0, 0.08), 0), 1)


def labels_of(place: Path, logs: dict[str, str]) -> dict[str, object]:
    """Labels of 60 random interactions of each release; some of nothing known, one beyond the scale."""
    chance = random.Random(1)
    rows = list(read(logs, START, END))
    chosen = [one for name in ("1", "2") for one in chance.sample([r for r in rows if r.release == name], LABELED)]
    lines = [{"id": one.interaction_id, "rating": people(one, chance), "by": "ann"} for one in chosen]
    lines += [{"id": f"gone-{at}", "rating": 3, "by": "ann"} for at in range(3)]
    lines += [{"id": chosen[0].interaction_id, "rating": 9, "by": "bob"}]
    path = place / "labels.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return {
        "path": str(path),
        "columns": {"interaction_id": "id", "score": "rating", "rater": "by"},
        "low": 1,
        "high": 5,
    }


def run(service: str, logs: dict[str, str], labels: dict[str, object], **asked: object) -> CalibrationReport:
    """Calibrate the heuristic on windows of a day."""
    fields: dict = {"judge": HEURISTIC, "window": "1d"} | asked
    with at(END + timedelta(hours=1)):
        return calibrate(service=service, labels=labels, logs=logs, **fields)


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"judge": {"provider": "openai"}}, JudgeError, "'OPENAI_API_KEY'"),
        ({"precision": 0.0}, SettingsError, "precision 0 must lie between 0 and 1"),
        ({"start": END, "end": START}, SettingsError, "is not before end"),
        ({"labels": {"path": "nowhere.csv"}}, SourceError, "labels.path 'nowhere.csv' does not exist"),
        ({"labels": {"path": "labels.csv", "lo": 1}}, Exception, "did you mean 'low'"),
    ],
)
def test_bad_input_is_one_clear_error(
    place: Path, service: str, logs: dict[str, str], asked: dict, error: type[Exception], words: str
) -> None:
    """Each names the thing."""
    (place / "labels.csv").write_text("interaction_id,score\na,0.5\n")
    with pytest.raises(error, match=words):
        run(service, logs, **{"labels": {"path": "labels.csv"}} | asked)


def test_labels_of_other_interactions_say_so_and_record_nothing(
    place: Path, service: str, logs: dict[str, str]
) -> None:
    """Not fatal: the report names them."""
    (place / "labels.csv").write_text("interaction_id,score\nx1,0.5\nx2,0.7\n")
    report = run(service, logs, {"path": "labels.csv"})
    assert (report.matched, report.unmatched, report.mlflow_run_id) == (0, 2, None)
    assert "2 not in the logs of this service and period (x1, x2)" in report.text


def test_what_the_judge_refuses_is_no_score_and_what_it_answered_is_paid_once(
    place: Path, service: str, logs: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A judge over the network that refuses one of three: two are held against people, the third is named."""
    rows = list(read(logs, START, END))[:3]
    lines = [f"{row.interaction_id},{score}" for row, score in zip(rows, (1, 0.5, 0.5), strict=True)]
    (place / "labels.csv").write_text("\n".join(["interaction_id,score", *lines]))
    refused = rows[1].response
    fake = FakeJudge(Behaviour(fault=lambda _, text: "refusal" if refused in text else None)).start()
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    judge = {"base_url": fake.url}
    first = run(service, logs, {"path": "labels.csv"}, judge=judge)
    asked = len(fake.requests)
    second = run(service, logs, {"path": "labels.csv"}, judge=judge)
    fake.stop()
    assert (first.matched, first.unmatched) == (2, 1)
    assert [(one.cause, one.first) for one in first.unused] == [
        ("unscored by the judge: refused", [rows[1].interaction_id])
    ]
    assert asked >= 3
    assert len(fake.requests) == asked
    assert (second.judge.calls, second.judge.from_ledger) == (0, 3)
    assert second.mlflow_run_id == first.mlflow_run_id


def test_a_judge_that_is_too_kind_is_found_out_and_each_release_corrected(
    place: Path, service: str, logs: dict[str, str]
) -> None:
    """What people would give every interaction lies in each corrected interval; nothing is paid or recorded twice."""
    with at(END + timedelta(hours=1)):
        evaluate(service=service, logs=logs, judge=HEURISTIC, window="1d", start=START, end=END)
    labels = labels_of(place, logs)
    report = run(service, logs, labels)
    assert (report.matched, report.unmatched) == (2 * LABELED, 4)
    assert {one.cause: one.labels for one in report.unused} == {
        "not in the logs of this service and period": 3,
        "outside the scale 1 to 5": 1,
    }
    assert (report.levels_trusted, report.changes_trusted) == ("no", "yes")
    assert report.agreement.bias == pytest.approx(0.1, abs=0.03)
    together, *each = report.levels
    assert [one.release for one in each] == ["1", "2"]
    assert together.judged == sum(one.judged for one in each) > 2 * LABELED
    rows, chance = list(read(logs, START, END)), random.Random(2)
    for level in each:
        would = [(people(row, chance) - 1) / 4 for row in rows if row.release == level.release]
        assert level.corrected_interval is not None
        assert level.judge is not None
        assert level.corrected_interval[0] < sum(would) / len(would) < level.corrected_interval[1] < level.judge
    assert "no LLM" in report.text
    again = run(service, logs, labels)
    assert report.judge.from_ledger > 0
    assert again.judge.from_ledger == again.matched
    assert again.mlflow_run_id == report.mlflow_run_id
    client = MlflowClient()
    known = client.get_run(report.mlflow_run_id or "").data
    assert known.tags["plumbline.kind"] == "calibration"
    assert known.metrics["calibration/bias"] == pytest.approx(report.agreement.bias)
    assert known.metrics["quality/corrected"] == pytest.approx(together.corrected)
    kept = Path(client.download_artifacts(report.mlflow_run_id or "", "calibration.json", str(place))).read_text()
    assert CalibrationReport.model_validate_json(kept).text == report.text
    with get_client(sync_client=True) as prefect:
        artifacts = [str(one.data) for one in prefect.read_artifacts() if one.key == f"calibration-{slug(service)}"]
    assert len(artifacts) == 2
    assert "Levels: not trusted" in artifacts[0]
    assert not any(row.prompt in artifacts[0] or row.context in artifacts[0] for row in rows if row.context)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_artifact_of_a_calibration_shows_hostile_words_as_words(text: str) -> None:
    """Ids of labels and names of releases are whatever somebody wrote."""
    pairs = [Pair(f"{text}{at}", text, at % 2, 1 - at % 2) for at in range(4)]
    report = calibration_report(
        text, text, pairs, [], [UnusedLabel(text, text)], {text: [0.5, 0.6]}, precision=0.02, period=(START, END),
        spend=JudgeSpend(),
    )  # fmt: skip
    ours = "http://127.0.0.1:5000/#/experiments/1/runs/1"
    seen = shown(calibration_markdown(report, ours))
    assert seen.links == [ours]
    assert not seen.tags
    assert set(seen.cells) == {6, 4}
