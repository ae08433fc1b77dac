"""Columns of other names: found wherever they stand, and missed loudly."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.domain.errors import SettingsError, SourceError
from tasks.sources import read
from tasks.sources.mapping.paths import MISSING, find
from tests.sources.rows_made import END, START, row, write


@pytest.mark.parametrize("number", [1, 30, 400])
def test_a_mapped_column_in_no_row_is_an_error_that_names_the_nearest(tmp_path: Path, number: int) -> None:
    """Optional values must not be silently absent."""
    path = str(write(tmp_path / "a.jsonl", [row(at, model_id="m") for at in range(number)]))
    with pytest.raises(SourceError, match=r"column 'modelid' that logs maps 'service' to.*'model_id'"):
        list(read({"path": path, "columns": {"service": "modelid"}}, START, END))


def test_a_required_column_mapped_wrongly_is_an_error_not_a_quarantine_of_all(tmp_path: Path) -> None:
    """Every row would be put aside for want of it."""
    path = str(write(tmp_path / "a.jsonl", [row(at, id=f"x{at}", interaction_id=...) for at in range(30)]))
    with pytest.raises(SourceError, match=r"column 'idd' that logs maps 'interaction_id' to.*'id'"):
        list(read({"path": path, "columns": {"interaction_id": "idd"}}, START, END))
    with pytest.raises(SourceError, match=r"no row of .* has 'interaction_id'.*Map it"):
        list(read({"path": path}, START, END))
    assert len(list(read({"path": path, "columns": {"interaction_id": "id"}}, START, END))) == 30


def test_a_dotted_path_in_no_row_names_the_path_that_exists(tmp_path: Path) -> None:
    """Nested keys are among those it may have meant."""
    path = str(write(tmp_path / "a.jsonl", [row(at, req={"text": "q"}) for at in range(3)]))
    with pytest.raises(SourceError, match=r"'req\.txt'.*'req\.text'"):
        list(read({"path": path, "columns": {"prompt": "req.txt"}}, START, END))


def test_a_segment_column_that_does_not_exist_is_an_error_too(tmp_path: Path) -> None:
    """It is named in a setting of its own."""
    path = str(write(tmp_path / "a.jsonl", [row(0, topic="t")]))
    with pytest.raises(SourceError, match=r"'topics' that logs maps 'segment' to.*'topic'"):
        list(read({"path": path, "segment": "topics"}, START, END))
    (one,) = read({"path": path, "segment": "topic"}, START, END)
    assert one.segment == "t"


def test_a_column_that_first_occurs_late_is_no_error(tmp_path: Path) -> None:
    """One row in five hundred is enough."""
    rows = [row(at) for at in range(500)] + [row(501, tënant="late")]
    read_rows = list(read({"path": str(write(tmp_path / "a.jsonl", rows)), "segment": "tënant"}, START, END))
    assert [one.segment for one in read_rows if one.segment] == ["late"]
    rows[-1] |= {"meta": {"tënant": "nested"}}
    columns = {"segment": "meta.tënant"}
    read_rows = list(read({"path": str(write(tmp_path / "a.jsonl", rows)), "columns": columns}, START, END))
    assert [one.segment for one in read_rows if one.segment] == ["nested"]


def test_a_column_that_is_left_out_is_not_read(tmp_path: Path) -> None:
    """Its values put no row aside, at the top or nested; what is needed cannot be left out."""
    rows = [row(at, feedback="gut", meta={"release": "7"}) for at in range(300)]
    path = str(write(tmp_path / "a.jsonl", rows))
    for columns in ({"feedback": ""}, {"feedback": "", "release": "meta.release"}):
        reading = read({"path": path, "columns": columns}, START, END)
        assert {one.feedback for one in reading} == {None}
        assert (reading.rows, reading.quarantined) == (300, {})
    with pytest.raises(SettingsError, match=r"columns leaves out 'prompt'"):
        read({"path": path, "columns": {"prompt": ""}}, START, END)


def test_a_literal_key_counts_before_nesting_and_rows_may_differ_in_shape(tmp_path: Path) -> None:
    """Row by row, whatever the rows around look like."""
    shapes = [
        {"req": {"meta": {"text": "nested"}}},
        {"req.meta.text": "literal", "req": {"meta": {"text": "nested"}}},
        {"req": {"meta.text": "half literal", "meta": {"text": "nested"}}},
        {"req.meta": {"text": "other half"}},
        {"req": '{"meta": {"text": "in text"}}'},
        {"req": {"meta": {"text": None}}},
        {"req": None},
    ]
    rows = [row(at, **shapes[at % 7]) for at in range(700)]
    path = write(tmp_path / "a.jsonl", rows)
    read_rows = list(read({"path": str(path), "columns": {"reference": "req.meta.text"}}, START, END))
    expected = ["nested", "literal", "half literal", "other half", "in text", None, None]
    assert [one.reference for one in read_rows] == expected * 100


def test_a_key_deeper_in_the_rows_does_not_pass_for_the_column(tmp_path: Path) -> None:
    """Only what the path means counts as seen."""
    rows = [row(at, request={"tenant": "a"}) for at in range(300)]
    with pytest.raises(SourceError, match="'tenant'"):
        list(read({"path": str(write(tmp_path / "a.jsonl", rows)), "segment": "tenant"}, START, END))


def test_a_column_that_serves_twice_is_read_twice(tmp_path: Path) -> None:
    """The model may well be the release."""
    path = str(write(tmp_path / "a.jsonl", [row(0)]))
    (one,) = read({"path": path, "columns": {"release": "model"}}, START, END)
    assert (one.release, one.model) == ("gpt-4o-mini", "gpt-4o-mini")


def test_a_name_that_is_not_canonical_is_refused(tmp_path: Path) -> None:
    """The left side of a mapping is ours."""
    with pytest.raises(SettingsError, match="did you mean 'release'"):
        read({"path": str(tmp_path), "columns": {"releas": "x"}}, START, END)


keys = st.text(st.characters(codec="utf-8", exclude_characters=".\x00"), min_size=1, max_size=6)


@given(st.lists(keys, min_size=1, max_size=4), st.data())
def test_a_path_finds_its_value_however_its_dots_are_nested(parts: list[str], data: st.DataObject) -> None:
    """Any grouping of the path into keys, as exporters choose them."""
    value: Any = 7
    rest = list(parts)
    while rest:
        taken = data.draw(st.integers(1, len(rest)))
        value = {".".join(rest[-taken:]): value}
        rest = rest[:-taken]
    assert find(value, ".".join(parts)) == 7
    assert find(value, ".".join([*parts, "more"])) is MISSING


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the files of a property."""
    return tmp_path_factory.mktemp("logs")


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=8)


@settings(deadline=None)  # files are written
@given(mapped=st.dictionaries(st.sampled_from(["service", "prompt", "latency_ms", "segment"]), names, max_size=4))
def test_renamed_columns_read_as_the_canonical_ones(logs: Path, mapped: dict[str, str]) -> None:
    """Whatever the names, flat or dotted, one column for two values or not."""
    plain = row(5, segment="s", service="bot")
    taken: dict[str, object] = {}
    for name, column in mapped.items():
        if column in plain or column in taken:
            return
        taken[column] = plain[name]
    renamed = {key: value for key, value in plain.items() if key not in mapped} | taken
    path = write(logs / "a.jsonl", [renamed])
    (one,) = read({"path": str(path), "columns": mapped}, START, END)
    (same,) = read({"path": str(write(logs / "b.jsonl", [plain]))}, START, END)
    assert one == same


def test_nested_columns_read_as_the_canonical_ones(tmp_path: Path) -> None:
    """In objects, in lists by position and in JSON kept as text."""
    nested = row(0, prompt=..., response=..., release=...) | {
        "req": {"text": "q"},
        "choices": [{"text": "a"}],
        "meta": '{"deploy": {"release": 3}}',
    }
    columns = {"prompt": "req.text", "response": "choices.0.text", "release": "meta.deploy.release"}
    (one,) = read({"path": str(write(tmp_path / "a.jsonl", [nested])), "columns": columns}, START, START + timedelta(1))
    assert (one.prompt, one.response, one.release) == ("q", "a", "3")


steps = st.lists(st.sampled_from(["a", "b", "prompt", "model"]), min_size=1, max_size=3)


@settings(deadline=None)  # files are written
@given(mapped=st.dictionaries(st.sampled_from(["service", "prompt", "latency_ms", "feedback"]), steps, max_size=4))
def test_columns_nested_in_any_way_read_as_the_canonical_ones(logs: Path, mapped: dict[str, list[str]]) -> None:
    """Paths that share their first steps, that lead through canonical names; those that collide are left out."""
    plain = row(5, service="bot", feedback="up")
    taken = {".".join(path): name for name, path in mapped.items()}
    nested: dict[str, Any] = {key: value for key, value in plain.items() if key not in mapped}
    for path, name in taken.items():
        *levels, leaf = path.split(".")
        at: Any = nested
        for level in levels:
            at = at.setdefault(level, {}) if isinstance(at, dict) else at
        if not isinstance(at, dict) or leaf in at:
            return
        at[leaf] = plain[name]
    if len(taken) < len(mapped):
        return
    columns = {name: path for path, name in taken.items()}
    (one,) = read({"path": str(write(logs / "a.jsonl", [nested])), "columns": columns}, START, END)
    (same,) = read({"path": str(write(logs / "b.jsonl", [plain]))}, START, END)
    assert one == same
