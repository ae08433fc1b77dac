"""What a run leaves in Prefect is read as Markdown: names and reasons stay words in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_type_hints

import pytest
from prefect import Flow, get_client
from prefect.exceptions import ParameterTypeError

import flows
from flows.backtesting import backtest
from flows.calibration import calibrate
from flows.capacity import plan_capacity
from flows.comparison import compare
from flows.evaluating.reporting import markdown
from flows.evaluation import evaluate
from flows.promotion import promote
from flows.releases import release
from flows.requests.request import markdown as action_markdown
from flows.response import respond
from flows.rollback import roll_back
from flows.running.artifacts import slug
from flows.scaling import scale
from tasks.domain.report import (
    ActionReport,
    ConditionReport,
    EvaluationReport,
    FindingReport,
    Intake,
    JudgeSpend,
    WindowReport,
)
from tasks.domain.settings.words import Line, Name
from tests.hostile import HOSTILE, shown

FLOWS = Path(flows.__file__).parent
START = datetime(2026, 6, 1, tzinfo=UTC)


def report(text: str) -> EvaluationReport:
    """A run's report in which every word is that text."""
    finding = FindingReport(
        monitor=f"drift/{text}/ks", verdict="warn", value=0.1, interval=(0.0, 0.2), baseline=None, effect=None,
        evidence=None, reason=text,
    )  # fmt: skip
    window = WindowReport(
        release=text, start=START, end=START + timedelta(hours=1), verdict="warn", reasons=[text], findings=[finding],
        not_measured={text: text}, judged=1, coverage=1.0, state="done", text=f"WARN {text}\n- {text}\n{text}",
        mlflow_run_id="1",
    )  # fmt: skip
    return EvaluationReport(
        service=text, verdict="warn", reasons=[text], actions=[text], intake=Intake(), windows=[window],
        judge=JudgeSpend(),
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_the_artifact_of_a_run_shows_hostile_words_as_words(text: str) -> None:
    """The one link in it is ours, its table keeps its columns."""
    ours = "http://127.0.0.1:5000/#/experiments/1/runs/1"
    seen = shown(markdown(report(text), f"warn {text}", [("Window in MLflow", ours)]))
    assert seen.links == [ours]
    assert not seen.tags
    assert seen.cells == [5, 5]


@pytest.mark.parametrize("text", HOSTILE)
def test_the_artifact_of_an_action_shows_hostile_words_as_words(text: str) -> None:
    """Reasons are typed by people, or come with an event."""
    condition = ConditionReport(name="live", holds=False, words=text)
    seen = shown(action_markdown(ActionReport(service=text, state="refused", text=text, conditions=[condition])))
    assert seen.tags == seen.links == []
    assert seen.cells == [3, 3]


@pytest.mark.slow
def test_what_people_release_and_answer_is_kept_as_words(place: Path) -> None:
    """The flows themselves, and what the server holds of them afterwards."""
    hostile = "[x](javascript:alert(1)) <img src=x onerror=alert(1)> \\[y](https://evil.example)"
    release(service=hostile, release=hostile, model=hostile, by=hostile)
    respond(service=hostile, action="hold", reason=hostile, by=hostile)
    with get_client(sync_client=True) as client:
        kept = client.read_artifacts()
    ours = [one for one in kept if str(one.key).endswith(slug(hostile))]
    assert {str(one.key).split("-")[0] for one in ours} == {"release", "response"}
    for one in ours:
        seen = shown(str(one.data))
        assert seen.tags == seen.links == []
        assert "[x](javascript:alert(1))" in seen.text
        # Prefect's UI shows the description as Markdown too.
        beside = shown(str(one.description))
        assert beside.tags == beside.links == []


def test_artifacts_are_left_and_events_told_through_one_door_each() -> None:
    """Which escapes what stands beside an artifact, and keeps a replay's out of production's."""
    doors = {"create_markdown_artifact": "running/artifacts.py", "emit_event": "running/emitting.py"}
    for call, door in doors.items():
        users = [str(file.relative_to(FLOWS)) for file in FLOWS.rglob("*.py") if call in file.read_text()]
        assert users == [door]


@pytest.mark.parametrize(
    "flow", [backtest, calibrate, compare, evaluate, plan_capacity, promote, release, respond, roll_back, scale]
)
def test_every_name_is_checked_and_every_word_is_one_line_where_it_enters(flow: Flow[..., object]) -> None:
    """What a run is asked stands in its name, its state, its messages and the terminal of its worker."""
    asked = get_type_hints(flow.fn, include_extras=True)
    names = {name for name in ("service", "release", "model", "to", "control", "candidate") if name in asked}
    words = {name for name in ("reason", "by", "override_reason") if name in asked}
    assert {name for name in names if asked[name] in (Name, Name | None)} == names
    assert {name for name in words if asked[name] in (Line, Line | None)} == words


def test_a_name_that_deceives_is_refused_before_anything_is_done(place: Path) -> None:
    """In one line that says what to do, and quotes it so that it does nothing."""
    with pytest.raises(ParameterTypeError, match="write it without") as error:
        release(service="bot", release="1.4\x1b[2J\u202e", model="gpt-4o-mini")
    assert "\x1b" not in str(error.value)
    assert "\u202e" not in str(error.value)
    assert not list(place.iterdir())
