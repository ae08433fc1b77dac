"""What people who browse MLflow see first: who is live, what fell, how sure that is, what was done."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tasks.domain.markdown import inert
from tasks.domain.release import Configuration, Mark, Origin, Release
from tasks.domain.verdict import Verdict
from tasks.tracking import Showcase, Standing, Tracker, standing_of
from tasks.tracking.front_page import fleet_tags, service_note
from tasks.tracking.names import FLEET
from tests.hostile import HOSTILE, shown
from tests.made import HOUR, START
from tests.tracking.conftest import evaluation
from tests.tracking.pages.test_period import window

DONE = f"{START + 8 * HOUR:%Y-%m-%d %H:%M}Z rolled back: 2 → 1 by policy (quality fell)"


@pytest.fixture
def showcase(tracker: Tracker) -> Showcase:
    """The front pages of the room's database."""
    return Showcase(tracker._client, tracker.uri)


def standing(service: str) -> Standing:
    """Release 1 passes, release 2 fails for an hour, 1 is back."""
    many = [window(at, release="1") for at in (0, 1, 2)] + [window(7, "fail", "2", 0.5)]
    return standing_of(service, [*many, window(8), window(9)], "1", done=[DONE], owner="team-a", mode="auto")


def release(service: str, name: str) -> Release:
    """A registered release."""
    made_of = Configuration(model="gpt-4o-mini", prompt=f"prompts:/{service}.prompt/{name}", parameters={"top_p": 0.5})
    return Release(
        service=service, name=name, version=name, origin=Origin.REGISTERED, registered_at=START, configuration=made_of,
        mark=Mark.GOOD,
    )  # fmt: skip


def test_a_verdict_counts_since_the_release_came_back() -> None:
    """What it said before another release served is another time; a gap without traffic is none."""
    assert standing("one").since == START + 8 * HOUR
    quiet = [window(0), window(1), window(5)]
    assert standing_of("one", quiet, "1").since == START
    assert standing_of("one", [window(0, "warn"), window(1)], None).since == START + 1 * HOUR


def test_a_live_release_without_windows_is_not_evaluated_yet() -> None:
    """It is named all the same."""
    new = standing_of("one", [window(0)], "2")
    assert (new.live, new.verdict, new.quality, new.since) == ("2", "not evaluated yet", None, None)


def test_the_judge_costs_what_it_cost_in_the_last_day() -> None:
    """Unknown prices are unknown, not 0."""
    many = [window(at).model_copy(update={"judge_usd": 0.01}) for at in range(48)]
    assert standing_of("one", many, "1").judge_usd_a_day == pytest.approx(0.24)
    assert standing_of("one", [window(0)], "1").judge_usd_a_day is None


@pytest.mark.parametrize(
    ("done", "answer"),
    [
        (["2026-06-02 09:00Z given a share: 1 → 3 by ci", DONE], "rolled back: 2 → 1"),
        (["2026-06-02 09:00Z rollback undone: 1 → 2 by ada (why)", DONE], "rollback undone: 1 → 2"),
        (["2026-06-02 09:00Z released: 1 → 2 by ci"], ""),
        ([], ""),
    ],
)
def test_only_what_took_the_failed_release_away_answers_an_incident(done: list[str], answer: str) -> None:
    """Another release's share came later, and is about something else."""
    bad = window(7, Verdict.FAIL, release="2")
    assert standing_of("one", [bad, window(8)], "1", done=done).answer == answer


def test_a_services_description_answers_in_its_first_line(showcase: Showcase) -> None:
    """Live release, verdict, what fell when, what was done; then where to go on."""
    for at, name, verdict in ((2, "1", Verdict.PASS), (7, "2", Verdict.FAIL)):
        showcase.record(evaluation(at, verdict, service="shown", release=name))
    where = showcase.show(standing("shown"), [release("shown", "1")], frozenset({"1", "2"}))
    experiment = showcase._client.get_experiment_by_name("plumbline/shown")
    first, links, *_ = experiment.tags["mlflow.note.content"].split("\n\n")
    assert first == ("Live: 1, PASS since 06-01 08:00Z. Last: 2 FAIL 06-01 07:00Z, rolled back: 2 → 1.")
    experiment_id, run_id = where["1"].split("/")
    assert f"(#/experiments/{experiment_id}/runs/{run_id}/artifacts/report.html)" in links
    views = {json.loads(v)["name"] for k, v in experiment.tags.items() if k.startswith("mlflow.sharedViewState.")}
    assert views == {"All windows", "Windows that warned or failed", "Releases side by side"}


def test_releases_say_what_they_are_made_of_and_end_when_they_are_replaced(showcase: Showcase) -> None:
    """Same parameter names for each; the prompt is linked; a page of all windows lies beside."""
    for at, name in ((2, "1"), (7, "2")):
        showcase.record(evaluation(at, service="made", release=name))
    known = [release("made", "1"), release("made", "2")]
    where = showcase.show(standing("made"), known, frozenset({"1", "2"}))
    one, two = (showcase._client.get_run(where[name].split("/")[1]) for name in ("1", "2"))
    assert one.data.params.keys() == two.data.params.keys() == {"model", "prompt", "endpoint", "parameters.top_p"}
    assert json.loads(two.data.tags["mlflow.linkedPrompts"]) == [{"name": "made.prompt", "version": "2"}]
    assert (one.info.status, two.info.status) == ("RUNNING", "FINISHED")
    assert "#/models/made/versions/2" in two.data.tags["mlflow.note.content"]
    assert {file.path for file in showcase._client.list_artifacts(two.info.run_id)} == {"report.html"}
    back = standing_of("made", [window(7, release="2")], "2")
    showcase.show(back, known, frozenset())
    assert showcase._client.get_run(two.info.run_id).info.status == "RUNNING"


def test_a_release_of_any_name_and_settings_has_its_page(showcase: Showcase) -> None:
    """MLflow takes few characters in names of parameters; one it refuses must not cost the service its front pages."""
    name = "=1+1 <b>"
    odd = Configuration(model="=m", parameters={"stop[0]": "=x", "top_p (new)": -0.5})
    known = replace(release("odd", name), configuration=odd)
    showcase.record(evaluation(2, service="odd", release=name))
    where = showcase.show(standing_of("odd", [window(2, release=name)], name), [known], frozenset({name}))
    run = showcase._client.get_run(where[name].split("/")[1])
    assert (run.data.tags["plumbline.release"], run.data.params["model"]) == (f"'{name}", "'=m")
    assert sorted(run.data.params.values()) == ['"=x"', "'=m", "-0.5", "–", "–"]
    assert run.info.status == "RUNNING"


def test_the_fleet_has_a_row_a_service_kept_up_to_date_in_place(showcase: Showcase) -> None:
    """Shown twice it is the same row; a service of any name has one."""
    for name in ("alpha", HOSTILE[1]):
        showcase.show(standing(name), [], frozenset())
        showcase.show(standing_of(name, [window(0, "warn")], "1", mode="off"), [], frozenset())
    fleet = showcase._client.get_experiment_by_name(FLEET)
    rows = showcase._client.search_runs([fleet.experiment_id])
    mine = [row for row in rows if row.data.tags["plumbline.service"] in {"alpha", HOSTILE[1]}]
    assert len(mine) == 2
    for row in mine:
        tags = row.data.tags
        assert (tags["live"], tags["verdict"], tags["mode"], tags["owner"]) == ("1", "warn", "off", "nobody named")
        assert tags["quality"] == "0.80 (0.70–0.90)"
        assert row.info.status == "FINISHED"


def test_worst_interactions_are_traces_of_the_windows_run_and_never_doubled(tracker: Tracker) -> None:
    """With the judge's scores and reasons; the unscored one is not the worst; recorded again they stay single."""
    asked = "Where is it? ![x](https://evil.example/seen.png)"
    made = evaluation(5, Verdict.FAIL, service="traced", sample=15, text=asked)
    run_id = tracker.record(made)
    assert tracker.show_worst(run_id, made) == 10
    assert tracker.show_worst(run_id, made) == 10
    experiment = tracker._client.get_run(run_id).info.experiment_id
    traces = tracker._client.search_traces(locations=[experiment], run_id=run_id)
    assert len(traces) == 10
    for trace in traces:
        scores = {one.name: one for one in trace.info.assessments}
        assert len(trace.info.assessments) == len(scores) == 2
        # MLflow's pages would fetch the picture.
        assert scores["quality"].rationale == inert(asked) != asked
        assert trace.data.spans[0].inputs["prompt"] == inert(asked)
        assert "](" not in str(trace.data.spans[0].outputs)
        assert trace.data.spans[0].outputs["the judge says"].startswith("quality 0.")


def test_a_column_of_the_fleet_is_plain_text() -> None:
    """Only descriptions are Markdown: elsewhere its entities would be read as they stand."""
    standing = standing_of("one", [window(0, "fail", "<b> [x]")], "1")
    assert fleet_tags(standing, "7")["last incident"].startswith("Last: <b> [x] FAIL ")
    assert "<b>" not in service_note(standing, "7", {})


@pytest.mark.parametrize("evil", [" ".join(HOSTILE[at : at + 4]) for at in range(0, len(HOSTILE), 4)])
def test_no_name_or_reason_formats_a_description(showcase: Showcase, evil: str) -> None:
    """MLflow renders it as Markdown; what comes from logs stays text."""
    bad = window(0, "fail", evil).model_copy(update={"reasons": [evil], "text": f"FAIL\n{evil}"})
    service = f"evil-{len(evil)}"
    showcase.record(evaluation(3, service=service, release=evil, text=evil))
    showcase.show(standing_of(service, [bad], evil, done=[f"2027-01-01 00:00Z {evil}"]), [], frozenset({evil}))
    note = showcase._client.get_experiment_by_name(f"plumbline/{service}").tags["mlflow.note.content"]
    seen = shown(note)
    assert not seen.tags
    assert all(link.startswith(("#/experiments/", "#/models/")) for link in seen.links)
