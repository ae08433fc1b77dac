"""CSV and Parquet read like JSON lines."""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.domain.errors import SourceError
from tasks.sources import read
from tests.sources.rows_made import END, START, row, write


def write_csv(file: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows with a header; None becomes an empty cell."""
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def test_the_same_rows_are_the_same_interactions_in_every_format(tmp_path: Path) -> None:
    """Line breaks, quotes and other alphabets included."""
    texts = ["plain", 'with "quotes", commas', "two\nlines", "Ünïcode \U0001f600", "x" * 200_000]
    rows = [row(at, prompt=text, feedback="up", context="facts") for at, text in enumerate(texts)]
    expected = list(read({"path": str(write(tmp_path / "a.jsonl", rows))}, START, END))
    assert len(expected) == len(texts)
    assert list(read({"path": str(write_csv(tmp_path / "a.csv", rows))}, START, END)) == expected
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    assert list(read({"path": str(tmp_path / "a.parquet")}, START, END)) == expected


def test_a_broken_csv_row_is_one_broken_row(tmp_path: Path) -> None:
    """Too few cells, too many, other encodings; its line is known."""
    path = write_csv(tmp_path / "a.csv", [row(at) for at in range(3)])
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2:2] = [b"only,three,cells\r\n", lines[1].replace(b"question", b"qu\xe9stion")]
    path.write_bytes(b"".join(lines))
    reading = read({"path": str(path)}, START, END)
    assert [one.interaction_id for one in reading] == ["i0", "i1", "i2"]
    assert reading.quarantined == {"wrong number of columns": 1, "not UTF-8": 1}
    assert [aside.line for aside in reading.quarantined_rows] == [3, 4]


@pytest.mark.parametrize(("delimiter", "ending"), [(";", "csv"), ("\t", "csv"), ("\t", "tsv")])
def test_semicolons_or_tabs_part_cells_where_the_header_has_them(tmp_path: Path, delimiter: str, ending: str) -> None:
    """As European spreadsheets write tables, with their byte order mark and decimal commas; texts stay as they are."""
    rows = [row(at, prompt=f"1,5 or 2,5; {at}, {at}?", response="3,14") for at in range(3)]
    written = [one | {"latency_ms": "1.234,5", "cost_usd": "0,25", "feedback": "-0,5", "wait": "1,5"} for one in rows]
    path = tmp_path / f"a.{ending}"
    with path.open("w", newline="", encoding="utf-8-sig") as opened:
        writer = csv.DictWriter(opened, list(written[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(written)
    found = list(read({"path": str(path)}, START, END))
    assert [(one.prompt, one.response) for one in found] == [(one["prompt"], "3,14") for one in rows]
    assert {(one.latency_ms, one.cost_usd, one.feedback) for one in found} == {(1234.5, 0.25, -0.5)}
    scaled = read({"path": str(path), "columns": {"latency_ms": "wait * 1000"}}, START, END)
    assert {one.latency_ms for one in scaled} == {1500.0}


def test_a_comma_in_a_number_of_a_comma_file_stays_a_fault(tmp_path: Path) -> None:
    """There `1,234` may mean a thousand; semicolons within quoted names of a header part nothing."""
    path = write_csv(
        tmp_path / "a.csv", [row(at, latency_ms="1,234") | {"a;b;c;d;e;f;g;h;i;j;k;l;m;n,": "x"} for at in range(2)]
    )
    reading = read({"path": str(path)}, START, END)
    assert not list(reading)
    assert reading.quarantined == {"bad number: latency_ms": 2}


def test_an_empty_csv_cell_is_no_value_but_an_empty_response_is_one(tmp_path: Path) -> None:
    """A table has no null, and a service that answers nothing must be seen."""
    path = write_csv(tmp_path / "a.csv", [row(0, response="", latency_ms="", release="", error="")])
    (one,) = read({"path": str(path)}, START, END)
    assert (one.response, one.latency_ms, one.release, one.error) == ("", None, None, None)


def test_a_csv_file_with_nothing_but_its_header_has_no_row(tmp_path: Path) -> None:
    """An export of nothing is told as such."""
    (tmp_path / "a.csv").write_text("interaction_id,timestamp,prompt,response\n")
    with pytest.raises(SourceError, match="has no row"):
        list(read({"path": str(tmp_path / "a.csv")}, START, END))


def test_mapped_columns_are_missed_in_tables_too(tmp_path: Path) -> None:
    """The header says what exists."""
    path = write_csv(tmp_path / "a.csv", [row(at, model_id="bot") for at in range(2)])
    with pytest.raises(SourceError, match=r"'modelid'.*'model_id'"):
        list(read({"path": str(path), "columns": {"service": "modelid"}}, START, END))


def test_parquet_keeps_types_and_moments_to_the_nanosecond_are_cut(tmp_path: Path) -> None:
    """As pandas writes them: zones, nanoseconds, numbers with gaps, ids as numbers, nested columns."""
    table = pd.DataFrame(
        {
            "interaction_id": [1.0, 2.0],
            "timestamp": pd.to_datetime(["2026-05-31T22:01:00.000000001Z", "2026-06-01T12:00:00.000000001Z"]),
            "prompt": ["q", "q"],
            "response": ["a", None],
            "input_tokens": [10.0, float("nan")],
            "meta": [{"release": "1"}, {"release": None}],
        }
    )
    table.to_parquet(tmp_path / "a.parquet")
    reading = read({"path": str(tmp_path / "a.parquet"), "columns": {"release": "meta.release"}}, START, END)
    early = read({"path": str(tmp_path / "a.parquet")}, datetime.fromisoformat("2026-05-31T00:00Z"), START)
    assert not list(reading)
    assert reading.quarantined == {"missing response": 1}
    (one,) = early
    assert (one.interaction_id, one.input_tokens) == ("1", 10)
    assert one.timestamp.isoformat() == "2026-05-31T22:01:00+00:00"


def test_moments_without_a_zone_are_put_aside_in_parquet_as_well(tmp_path: Path) -> None:
    """Which hour they mean is a guess."""
    table = pa.table({"interaction_id": ["a"], "timestamp": [datetime(2026, 6, 1)], "prompt": ["q"], "response": ["a"]})  # noqa: DTZ001 (what is put aside)
    pq.write_table(table, tmp_path / "a.parquet")
    reading = read({"path": str(tmp_path / "a.parquet")}, START, END)
    assert not list(reading)
    assert reading.quarantined == {"naive timestamp": 1}


def test_a_parquet_value_that_python_cannot_hold_is_one_bad_row(tmp_path: Path) -> None:
    """Arrow checks neither that text is UTF-8 nor that a moment's year exists."""
    texts = pa.array([b"question", b"qu\xe9stion", b"question", b"question"], pa.binary())
    moments = pa.array([int(START.timestamp()) * add for add in (1, 1, 10**6, 1)], pa.int64())
    table = pa.table(
        {
            "interaction_id": ["i0", "i1", "i2", "i3"],
            "timestamp": moments.cast(pa.timestamp("s", "UTC")),
            "prompt": pa.Array.from_buffers(pa.string(), 4, texts.buffers()),
            "response": ["a"] * 4,
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    reading = read({"path": str(tmp_path / "a.parquet")}, START, END)
    assert [one.interaction_id for one in reading] == ["i0", "i3"]
    assert reading.quarantined == {"not UTF-8": 1, "value out of range": 1}
    assert [aside.line for aside in reading.quarantined_rows] == [2, 3]
