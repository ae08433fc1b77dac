"""What a run leaves in Prefect is read as Markdown: names and reasons stay words in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect import get_client

import flows
from flows.releases import release
from flows.reporting import conditions_markdown, markdown, slug
from flows.response import respond
from tasks.domain.report import ConditionReport, EvaluationReport, FindingReport, Intake, JudgeSpend, WindowReport
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
    seen = shown(conditions_markdown("refused", text, text, [condition]))
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


def test_every_artifact_is_described_in_escaped_words() -> None:
    """A description that puts a name in without escaping it would be Markdown in Prefect's UI."""
    for file in FLOWS.glob("*.py"):
        for call in re.findall(r"create_markdown_artifact\((.*?)\n    \)", file.read_text(), re.DOTALL):
            described = call.partition("description=")[2]
            assert described.startswith("escaped(") or "{escaped(" in described, file.name
