"""People's scores: read from any file, brought to one scale; what cannot be used is named and never fatal."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from tasks.domain.errors import SourceError
from tasks.domain.label import Label, UnusedLabel
from tasks.domain.settings.labels import Labels
from tasks.domain.settings.logs import LogSource
from tasks.sources import look_up, read_labels
from tests.sources.rows_made import END, START, row, write


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"low": 5, "high": 1}, "labels.low 5 must be less than labels.high 1"),
        ({"low": float("-inf")}, "labels.low -inf must be less"),
        ({"columns": {"scor": "x"}}, "'scor' is not ours; did you mean 'score'"),
        ({"colums": {}}, "did you mean 'columns'"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict, words: str) -> None:
    """Each names the setting and the remedy."""
    with pytest.raises(ValidationError, match=words):
        Labels(**{"path": "x.csv"} | settings)


def test_a_column_that_is_in_no_row_is_one_clear_error(tmp_path: Path) -> None:
    """It names the nearest; a missing file is named by its own setting."""
    path = tmp_path / "labels.csv"
    path.write_text("trace_id,score,by\ni1,0.5,ann\n")
    with pytest.raises(SourceError, match=r"column 'interaction_id'.*\. Map it: labels.columns"):
        read_labels(Labels(path=str(path)))
    with pytest.raises(SourceError, match="column 'traceid'; the nearest is 'trace_id'"):
        read_labels(Labels(path=str(path), columns={"interaction_id": "traceid"}))
    with pytest.raises(SourceError, match=r"^labels\.path '.*nowhere\.csv' does not exist"):
        read_labels(Labels(path=str(tmp_path / "nowhere.csv")))


def test_what_cannot_be_used_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    """By its interaction where it names one, else by its place."""
    bad = [
        "{broken", "[1]", {"score": 3}, {"interaction_id": "b", "score": None}, {"interaction_id": "c", "score": 6},
        {"interaction_id": "d", "score": "good"}, {"interaction_id": "e", "score": True},
        {"interaction_id": ["f"], "score": 1},
    ]  # fmt: skip
    path = write(tmp_path / "labels.jsonl", [{"interaction_id": "a", "score": "4"}, *bad, ""])
    found = read_labels(Labels(path=str(path), low=1, high=5))
    assert found.labels == (Label("a", 0.75),)
    assert found.unused == (
        UnusedLabel("not JSON", "row 2 of labels.jsonl"),
        UnusedLabel("not an object", "row 3 of labels.jsonl"),
        UnusedLabel("no interaction_id", "row 4 of labels.jsonl"),
        UnusedLabel("no score", "b"),
        UnusedLabel("outside the scale 1 to 5", "c"),
        UnusedLabel("bad number: score", "d"),
        UnusedLabel("wrong type: score", "e"),
        UnusedLabel("wrong type: interaction_id", "row 9 of labels.jsonl"),
    )


def test_a_rater_may_change_their_mind_and_nameless_ones_are_many(tmp_path: Path) -> None:
    """In CSV, under columns of one's own, on a scale that goes below 0."""
    path = tmp_path / "labels.csv"
    path.write_text("id,rating,who\na,-1,ann\na,1,ann\na,0,bob\nb,0,\nb,1,\nb\n")
    names = {"interaction_id": "id", "score": "rating", "rater": "who"}
    found = read_labels(Labels(path=str(path), columns=names, low=-1, high=1))
    assert found.labels == (Label("a", 1.0, "ann"), Label("a", 0.5, "bob"), Label("b", 0.5), Label("b", 1.0))
    assert found.unused == (UnusedLabel("wrong number of columns", "row 6 of labels.csv"),)


def test_interactions_are_found_by_their_ids_masked_and_each_once(tmp_path: Path) -> None:
    """Of the service alone; the first row of an id counts; what is not there is left out."""
    rows = [row(1), row(1, response="again"), row(2, prompt="mail ann@example.com"), row(3, service="other")]
    logs = LogSource(path=str(write(tmp_path / "logs.jsonl", rows)), mask=True)
    found = look_up(logs, "bot", ["i1", "i2", "i3", "i9"], START, END)
    assert {name: one.response for name, one in found.items()} == {"i1": "answer 1.", "i2": "answer 2."}
    assert found["i2"].prompt == "mail <EMAIL_1>"
    assert look_up(logs, "bot", [], START, END) == {}
