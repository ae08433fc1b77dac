"""The main job on real parts: made-up logs, the heuristic judge, SQLite, MLflow and Prefect's own server."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mlflow import MlflowClient

from flows.evaluation import evaluate
from flows.records.incidents import Incidents
from flows.running.clock import at
from tasks.domain.errors import JudgeError, SettingsError, SourceError, TrackingError
from tasks.domain.report import EvaluationReport
from tasks.domain.window import span
from tasks.sources.made_up import MadeUpRelease, make_up
from tasks.store import Store

END = datetime(2026, 6, 15, tzinfo=UTC)
HEURISTIC = {"provider": "heuristic"}


@pytest.fixture
def logs(place: Path, service: str) -> Path:
    """Three days of a good release and one of a bad one."""
    path = place / "logs.jsonl"
    releases = [
        MadeUpRelease(name="1", bad_share=0.02, latency_factor=0.8),
        MadeUpRelease(name="2", starts=END - timedelta(days=1), bad_share=0.25, latency_factor=0.8),
    ]
    make_up(path, seed=3, end=END, days=4, service=service, releases=releases, per_day=400)
    return path


def run(service: str, logs: Path | str, **asked: object) -> EvaluationReport:
    """Evaluate the last days of the made-up logs in windows of six hours."""
    fields: dict = {"judge": HEURISTIC, "window": "6h", "start": END - timedelta(days=4), "end": END} | asked
    return evaluate(service=service, logs={"path": str(logs)}, **fields)


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"start": END, "end": END - timedelta(days=1)}, SettingsError, "is not before end"),
        ({"start": datetime(2026, 6, 1)}, SettingsError, "has no time zone"),  # noqa: DTZ001 (the point)
        ({"window": "7h"}, SettingsError, "'7h' is no length that divides a day"),
        ({"judge": {"provider": "openai"}}, JudgeError, "'OPENAI_API_KEY'"),
        ({"judge": {"provider": "opnai"}}, Exception, "(?s)judge.provider.*'openai' or 'heuristic'"),
        ({"judge": {"provder": "openai"}}, Exception, "did you mean 'provider'"),
        ({"monitors": {"quality": {"min_scor": 1}}}, Exception, "did you mean 'min_score'"),
        ({"judge": HEURISTIC | {"rubric": "nope"}}, SettingsError, "'nope' is not known; known: default"),
        ({"baseline": {"kind": "release", "release": "9"}}, SettingsError, "'9' has no evaluated windows"),
    ],
)
def test_bad_settings_are_one_clear_error_and_leave_nothing(
    place: Path, service: str, logs: Path, asked: dict, error: type[Exception], words: str
) -> None:
    """Each names the thing; no window is begun."""
    with pytest.raises(error, match=words):
        run(service, logs, **asked)
    if (place / "store.db").exists():
        with Store.open() as store:
            assert all(row.state != "done" for release in "12" for row in store.windows.of_release(service, release))


def test_a_missing_file_an_empty_file_and_an_unknown_column_are_named(place: Path, service: str, logs: Path) -> None:
    """Each is one clear error."""
    with pytest.raises(SourceError, match=r"nowhere\.jsonl"):
        run(service, "nowhere.jsonl")
    (place / "empty.jsonl").touch()
    with pytest.raises(SourceError, match=r"empty\.jsonl"):
        run(service, "empty.jsonl")
    with pytest.raises(SourceError, match="'servce'"):
        evaluate(
            service=service,
            logs={"path": str(logs), "columns": {"service": "servce"}},
            judge=HEURISTIC,
            start=END,
            end=END + timedelta(hours=1),
        )


def test_an_unreachable_mlflow_stops_the_run_before_anything_is_judged(
    place: Path, service: str, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the address and the remedy."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    with pytest.raises(TrackingError, match=r"http://127\.0\.0\.1:9.*start the server"):
        run(service, logs)
    assert not (place / "store.db").exists()


def test_an_unreachable_judge_is_inconclusive_and_tried_again(
    service: str, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outage fails nothing; the windows stay open and the next run fills them."""
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    away = {"provider": "openai", "base_url": "http://127.0.0.1:9/v1"}
    report = run(service, logs, judge=away, start=END - timedelta(days=4), end=END - timedelta(days=3))
    assert report.verdict == "inconclusive"
    assert {window.state for window in report.windows} == {"open"}
    assert "judge unavailable: coverage 0%" in report.windows[0].reasons[0]


def test_a_bad_release_fails_and_a_second_run_changes_nothing(
    service: str, logs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The good release passes, the bad one fails, and looking again pays and changes nothing; its log says so."""
    runs = logging.getLogger("prefect.flow_runs")
    runs.addHandler(caplog.handler)
    try:
        first = run(service, logs)
    finally:
        runs.removeHandler(caplog.handler)
    said = [record.getMessage() for record in caplog.records]
    assert any(words.startswith(f"{first.intake.rows} rows read, ") for words in said)
    newest = first.windows[-1]
    told = f"{newest.release} {span(newest.start, newest.end)}: {newest.verdict}, {newest.judged} judged. "
    assert any(words.startswith(told) for words in said)
    by_release = {r: [w.verdict for w in first.windows if w.release == r] for r in "12"}
    assert len(by_release["1"]) == 12
    assert "fail" not in by_release["1"]
    assert by_release["2"][-1] == "fail"
    assert first.verdict == "fail"
    second = run(service, logs)
    assert second.judge.calls == 0
    assert second.windows == first.windows


@pytest.mark.slow
def test_hourly_runs_decide_like_one_run_over_the_period(service: str, logs: Path, place: Path) -> None:
    """State resumed from the store day by day gives the very same findings as one long run."""
    whole = run(service, logs)
    (place / "store.db").rename(place / "whole.db")
    for file in place.glob("store.db-*"):
        file.unlink()
    for day in range(4):
        start = END - timedelta(days=4 - day)
        run(service, logs, start=start, end=start + timedelta(days=1))
    pieces = run(service, logs)

    def told(report: EvaluationReport) -> list[dict]:
        return [window.model_dump(exclude={"mlflow_run_id"}) for window in report.windows]

    assert told(pieces) == told(whole)


def test_redo_replaces_the_verdict_and_keeps_the_old_one(service: str, logs: Path) -> None:
    """A second look that was asked for."""
    period = {"start": END - timedelta(days=4), "end": END - timedelta(days=3)}
    first = run(service, logs, **period)
    again = run(service, logs, redo=True, **period)
    assert [w.verdict for w in again.windows] == [w.verdict for w in first.windows]
    assert {w.mlflow_run_id for w in again.windows}.isdisjoint({w.mlflow_run_id for w in first.windows})
    with Store.open() as store:
        row = store.windows.of_release(service, "1")[0]
        assert len(store.windows.history(service, "1", row.window_start, row.config_hash)) == 1


def test_rows_that_come_late_are_counted(service: str, logs: Path) -> None:
    """A row for a window that was evaluated changes nothing until redo."""
    period = {"start": END - timedelta(days=4), "end": END - timedelta(days=3)}
    run(service, logs, **period)
    row = json.loads(logs.read_text().splitlines()[5]) | {"interaction_id": "late-1"}
    with logs.open("a") as file:
        file.write(json.dumps(row) + "\n")
    assert run(service, logs, **period).intake.late == 1


def test_a_period_without_rows_says_so(service: str, logs: Path) -> None:
    """Nothing to evaluate is no pass."""
    report = run(service, logs, start=END - timedelta(days=90), end=END - timedelta(days=89))
    assert report.verdict == "inconclusive"
    assert "no interactions of" in report.reasons[0]


def test_rows_that_were_put_aside_or_are_of_others_are_why_there_is_nothing(service: str, logs: Path) -> None:
    """With the remedy of the commonest cause, and the services there are."""
    report = run("nobody", logs)
    assert report.reasons[0].endswith(f". Services in these logs: {service}")
    named = logs.read_text()
    logs.write_text(named.replace('"release"', '"was"'))
    report = run(service, logs)
    assert report.verdict == "inconclusive"
    assert report.intake.quarantined == {"no release": report.intake.rows}
    words = report.reasons[0]
    assert words.startswith(f"{report.intake.rows:,} rows between ")
    assert "were read and put aside: no release. Map logs.columns.release, or run `release`" in words


def test_no_text_of_users_leaves_through_report_or_artifact(service: str, logs: Path) -> None:
    """The report carries ids, scores, counts and links only."""
    text = run(service, logs).model_dump_json()
    rows = [json.loads(line) for line in logs.read_text().splitlines()[:200]]
    assert not any(row["response"] in text or row["prompt"] in text for row in rows if len(row["response"]) > 15)


@pytest.mark.slow
def test_a_changed_objective_says_what_stands_under_the_old_one_and_decides_it_anew_on_request(
    service: str, logs: Path
) -> None:
    """Nothing is decided again by itself; once it is, each hour stands once in MLflow and no failure is counted."""
    begun = END - timedelta(days=1)
    strict, mild = ({"quality": {"min_score": score}} for score in (0.99, 0.01))
    with at(END + timedelta(minutes=10)):
        assert run(service, logs, monitors=strict, start=begun).verdict == "fail"
        waiting = run(service, logs, monitors=mild, start=None, end=None)
        assert waiting.windows == []
        assert waiting.reasons[-1].startswith(
            f"4 windows were decided before, under other settings; start={begun:%Y-%m-%dT%H:%MZ} decides anew"
        )
        with Store.open() as store:
            assert "1 failure" in Incidents(service, store).record()
    with at(END + timedelta(minutes=20)):
        anew = run(service, logs, monitors=mild, start=begun)
        assert {window.verdict for window in anew.windows} <= {"pass", "warn"}
        assert "other settings" not in str(anew.reasons)
        with Store.open() as store:
            assert "1 failure" not in Incidents(service, store).record()
    client = MlflowClient()
    experiment = client.get_experiment_by_name(f"plumbline/{service}")
    by_kind = {
        kind: client.search_runs([experiment.experiment_id], f"tags.`plumbline.kind` = '{kind}'")
        for kind in ("window", "superseded window")
    }
    assert {one.info.run_id for one in by_kind["window"]} == {one.mlflow_run_id for one in anew.windows}
    assert len(by_kind["superseded window"]) == 4
