"""What an evaluated window leaves in MLflow, on a real database."""

from __future__ import annotations

import csv
import json
import time
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from tasks.domain.errors import TrackingError
from tasks.domain.naming import cell, safe
from tasks.domain.verdict import Verdict
from tasks.tracking import Tracker
from tasks.tracking.metrics import judged_json
from tests.hostile import HOSTILE, shown
from tests.tracking.conftest import evaluation

pytestmark = pytest.mark.filterwarnings("ignore:For backward compatibility")


def runs(tracker: Tracker, service: str, kind: str) -> list:
    """All runs of a kind."""
    client = tracker._client
    experiment = client.get_experiment_by_name(f"plumbline/{safe(service)}")
    return client.search_runs([experiment.experiment_id], f"tags.`plumbline.kind` = '{kind}'")


def test_a_server_that_is_away_is_named_within_seconds() -> None:
    """With the remedy, and never with a password."""
    began = time.monotonic()
    with pytest.raises(TrackingError, match=r"http://me:\*\*\*@127\.0\.0\.1:9.*start the server") as error:
        Tracker.connect("http://me:secret-word@127.0.0.1:9")
    assert "secret-word" not in str(error.value)
    assert time.monotonic() - began < 15


def test_a_window_run_explains_itself(tracker: Tracker) -> None:
    """Name, tags, description, metrics, params and artifacts as the conventions say."""
    run_id = tracker.record(evaluation(service="one"))
    run = tracker._client.get_run(run_id)
    assert run.info.run_name == "2026-06-02T06:00Z 2 fail"
    assert run.info.status == "FINISHED"
    tags = run.data.tags
    expected = {
        "kind": "window",
        "service": "one",
        "release": "2",
        "verdict": "fail",
        "judge_model": "gpt-4o-mini",
        "rubric": "default:1",
    }
    assert {name: tags[f"plumbline.{name}"] for name in expected} == expected
    assert tags["mlflow.note.content"].startswith("FAIL  helpdesk 2. fine\n\n[worst interactions](#/experiments/")
    assert f"[what was done](#/experiments/{run.info.experiment_id}/" in tags["mlflow.note.content"]
    names = {
        "quality/mean",
        "quality/ci_low",
        "quality/baseline",
        "quality/coverage",
        "latency/p95_ms",
        "volume/interactions",
        "volume/judged",
        "volume/quarantined",
        "drift/input_tokens/ks",
        "evidence/quality",
        "evidence/family",
        "evidence/warn_line",
        "evidence/rollback_line",
        "cost/judge_usd",
    }
    assert names <= set(run.data.metrics)
    assert "latency/p50_ms" not in run.data.metrics
    artifacts = {file.path for file in tracker._client.list_artifacts(run_id)}
    assert artifacts == {"report.html", "findings.json", "evidence.json", "judged.json"}
    assert json.loads(tracker._client.get_run(run_id).data.tags["mlflow.loggedArtifacts"])[0]["path"] == "judged.json"


def test_the_release_run_is_the_timeline(tracker: Tracker) -> None:
    """One run a release, one point a window, linked from the window."""
    first = tracker.record(evaluation(5, Verdict.PASS, service="two"))
    second = tracker.record(evaluation(6, Verdict.WARN, service="two"))
    (release,) = runs(tracker, "two", "release")
    history = tracker._client.get_metric_history(release.info.run_id, "quality/mean")
    assert [point.step for point in history] == [5, 6]
    assert {tracker._client.get_run(r).data.tags["plumbline.release_run"] for r in (first, second)} == {
        release.info.run_id
    }
    assert tracker._client.get_run(release.info.run_id).data.tags["plumbline.verdict"] == "warn"
    assert release.info.run_name == "two@2"


def test_a_crashed_recording_is_completed_and_not_doubled(tracker: Tracker) -> None:
    """Recording again with resume finds the run; the timeline adds only what changed."""
    first = tracker.record(evaluation(7, Verdict.INCONCLUSIVE, service="three"))
    again = tracker.record(evaluation(7, Verdict.FAIL, service="three"), resume=True)
    assert again == first
    (run,) = runs(tracker, "three", "window")
    assert run.info.run_name.endswith("fail")
    assert run.data.tags["plumbline.verdict"] == "fail"
    (release,) = runs(tracker, "three", "release")
    history = {name: tracker._client.get_metric_history(release.info.run_id, name) for name in release.data.metrics}
    changed = {name for name, points in history.items() if len(points) > 1}
    assert changed == {"verdict/rank"}
    assert release.data.metrics["verdict/rank"] == Verdict.FAIL.rank


def test_a_window_of_a_store_that_was_lost_is_recorded_in_place(tracker: Tracker) -> None:
    """Moved to another database, the new store knows no run; under other settings the window gets one of its own."""
    first = tracker.record(evaluation(7, service="moved"))
    later = Tracker(tracker._client, tracker.uri)
    assert later.record(evaluation(7, Verdict.PASS, service="moved")) == first
    (run,) = runs(tracker, "moved", "window")
    assert run.data.tags["plumbline.verdict"] == "pass"
    assert later.record(evaluation(7, service="moved", config_hash="beef")) != first


def test_a_superseded_run_is_kept_and_not_found_again(tracker: Tracker) -> None:
    """Redo writes a run of its own."""
    first = tracker.record(evaluation(8, service="four"))
    tracker.supersede(first)
    assert tracker.find_run(evaluation(8, service="four")) is None
    assert tracker.record(evaluation(8, service="four")) != first
    assert [len(runs(tracker, "four", kind)) for kind in ("window", "superseded window")] == [1, 1]


def test_a_window_decided_anew_under_other_settings_stands_once_in_the_views(tracker: Tracker) -> None:
    """The old run says which took its place, and is the window's again when it is decided under its own settings."""
    first = tracker.record(evaluation(8, service="stricter"))
    second = tracker.record(evaluation(8, Verdict.PASS, service="stricter", config_hash="beef"))
    for _ in range(2):
        tracker.supersede(first, second)
    (old,) = runs(tracker, "stricter", "superseded window")
    assert (old.info.run_name, old.data.tags["plumbline.superseded_by"]) == (
        "2026-06-01T08:00Z 2 fail (superseded)", second,
    )  # fmt: skip
    assert [run.info.run_id for run in runs(tracker, "stricter", "window")] == [second]
    assert tracker.record(evaluation(8, service="stricter"), resume=True) == first
    assert {run.info.run_id for run in runs(tracker, "stricter", "window")} == {first, second}


def test_a_recording_that_breaks_is_marked_as_failed(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a run never looks like a whole one."""

    def break_down(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(tracker._client, "log_artifacts", break_down)
    with pytest.raises(TrackingError, match="disk full"):
        tracker.record(evaluation(9, service="five"))
    (run,) = runs(tracker, "five", "window")
    assert run.info.status == "FAILED"


@pytest.mark.parametrize("name", [*HOSTILE, "a/b", "x" * 500, "naïve\x00\x1b", "..", "a'b", 'a"b', "' or \"1"])
def test_names_from_logs_are_bounded_and_never_mixed_up(tracker: Tracker, name: str) -> None:
    """Whatever a service or release is called, it is recorded and found again."""
    made = evaluation(10, service=name, release=name, text=f"FAIL {name}\n- {name}\n{name}")
    run_id = tracker.record(made)
    assert tracker.record(made, resume=True) == run_id
    run = tracker._client.get_run(run_id)
    note = shown(run.data.tags["mlflow.note.content"])
    assert not note.tags
    assert all(link.startswith("#/experiments/") for link in note.links)
    # Exported tables hold the names of runs and experiments; a cell that begins like this is a formula.
    experiment = tracker._client.get_experiment(run.info.experiment_id).name
    assert not {safe(name)[0], run.info.run_name[0], experiment[0]} & set("=+-@\t\r")
    assert len(safe(name)) <= 110
    assert safe(name) != safe(name + "_")


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1|cmd", "-2+3", "@SUM(1)", "\t=1", "\r=1", "a\r=1", "\uff1d1"])
def test_no_cell_of_an_exported_table_is_a_formula(tracker: Tracker, text: str) -> None:
    """Runs with their tags and parameters, and the judged sample; what is read back is the name as it was."""
    made = evaluation(
        11, service=text, release=text, text=text, settings={"judge": {"model": text, "rubric": -0.5}}, rubric=text
    )
    run = tracker._client.get_run(tracker.record(made))
    table = json.loads(judged_json(made.judged))
    exported = pd.DataFrame(table["data"], columns=table["columns"]).to_csv(index=False)
    assert len(list(csv.reader(StringIO(exported)))) == len(table["data"]) + 1
    texts = [one for row in table["data"] for one in row if isinstance(one, str)]
    cells = [*run.data.tags.values(), *run.data.params.values(), str(run.info.run_name), *texts]
    assert run.data.tags["plumbline.service"] == cell(text)
    assert {one for one in cells if one[:1] and one[0] in "=+-@\t\r\n\uff1d"} == {"-0.5"}


def test_nothing_is_written_but_where_it_belongs(place: Path) -> None:
    """No mlruns folder, no database in the working folder."""
    tracker = Tracker.connect(f"sqlite:///{place}/inside/mlflow.db")
    tracker.record(evaluation())
    assert [path.name for path in place.iterdir()] == ["inside"]
