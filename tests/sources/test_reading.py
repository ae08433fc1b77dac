"""`read`: what is put aside, what counts once, what cannot be read at all."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks.domain.errors import SettingsError, SourceError
from tasks.domain.interaction import Interaction
from tasks.sources import read
from tests.sources.rows_made import END, START, row, write


def nested(levels: int) -> list[object]:
    """A list in a list in a list."""
    inner: list[object] = []
    for _ in range(levels):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        ('{"interaction_id": "cut", "timesta', "not JSON"),
        ('{"a": ' * 5000, "not JSON"),
        (b'{"interaction_id": "\xff\xfe"}', "not UTF-8"),
        ("[1, 2, 3]", "not an object"),
        ("null", "not an object"),
        (row(1, interaction_id=...), "missing interaction_id"),
        (row(1, interaction_id=""), "missing interaction_id"),
        (row(1, interaction_id=["a"]), "wrong type: interaction_id"),
        (row(1, timestamp=...), "missing timestamp"),
        (row(1, timestamp=None), "missing timestamp"),
        (row(1, timestamp="yesterday noon"), "unreadable timestamp"),
        (row(1, timestamp="06/01/2026 00:01:00Z"), "unreadable timestamp"),
        (row(1, timestamp="31.02.2026 00:01:00Z"), "unreadable timestamp"),
        (row(1, timestamp="01.06.2026 00:01:00"), "naive timestamp"),
        (row(1, timestamp=17), "unreadable timestamp"),
        (row(1, timestamp="2026-06-01T00:01:00"), "naive timestamp"),
        (row(1, timestamp="9" * 5000), "unreadable timestamp"),
        (row(1, prompt=...), "missing prompt"),
        (row(1, response=None), "missing response"),
        (row(1, response=True), "wrong type: response"),
        (row(1, input_tokens=-3), "bad number: input_tokens"),
        (row(1, input_tokens=2.5), "bad number: input_tokens"),
        (row(1, latency_ms="NaN"), "bad number: latency_ms"),
        (row(1, latency_ms=float("nan")), "bad number: latency_ms"),
        (row(1, latency_ms=float("inf")), "bad number: latency_ms"),
        (row(1, latency_ms=1e300), "bad number: latency_ms"),
        (row(1, cost_usd="cheap"), "bad number: cost_usd"),
        (row(1, output_tokens=[5]), "wrong type: output_tokens"),
        (row(1, feedback=7), "bad number: feedback"),
        (row(1, feedback="meh"), "wrong type: feedback"),
        (row(1, release={"name": "1"}), "wrong type: release"),
        (row(1, release="1\x1b[2J"), "illegible release"),
        (row(1, release="2\n- rolled back"), "illegible release"),
        (row(1, service="\u202etob"), "illegible service"),
        (row(1, prompt=nested(500)), "nested too deeply: prompt"),
    ],
)
def test_a_bad_row_is_put_aside_with_its_cause(tmp_path: Path, bad: object, cause: str) -> None:
    """Neither dropped in silence nor fatal; the rows around it are read."""
    reading = read({"path": str(write(tmp_path / "a.jsonl", [row(0), bad, row(2)]))}, START, END)
    assert [one.interaction_id for one in reading] == ["i0", "i2"]
    assert reading.quarantined == {cause: 1}
    assert reading.rows == 3
    (aside,) = reading.quarantined_rows
    assert (aside.file, aside.line) == ("a.jsonl", 2)
    assert aside.moment is not None
    assert START <= aside.moment <= START + timedelta(minutes=1)


@pytest.mark.parametrize("columns", [{}, {"release": "made.by"}, {"latency_ms": "latency_s * 1000"}])
def test_a_name_that_cannot_be_told_by_sight_is_put_aside_whichever_way_it_is_read(
    tmp_path: Path, columns: dict[str, str]
) -> None:
    """In one decode, nested, or value by value; among many rows it costs only its own."""
    rows = [row(at, made={"by": "1"}, latency_s=0.1) for at in range(400)]
    rows[300] |= {"release": "1\u2028", "made": {"by": "1\u2028"}}
    reading = read({"path": str(write(tmp_path / "a.jsonl", rows)), "columns": columns}, START, END)
    assert len(list(reading)) == 399
    assert reading.quarantined == {"illegible release": 1}


def test_a_record_names_every_field_at_fault_and_holds_no_text(tmp_path: Path) -> None:
    """What was written by users stays out of quarantine."""
    bad = row(1, input_tokens=-1, latency_ms="NaN", prompt="a secret question", response=None)
    reading = read({"path": str(write(tmp_path / "a.jsonl", [bad]))}, START, END)
    assert not list(reading)
    (aside,) = reading.quarantined_rows
    assert set(aside.fields) == {"response", "input_tokens", "latency_ms"}
    assert aside.cause == "missing response"
    assert "secret" not in repr(aside)


@pytest.mark.parametrize(
    "good",
    [
        row(1, response=""),
        row(1, response="x" * 300_000),
        row(1, prompt="\x00\u202e\U0001f600"),
        row(1, response=None, error="timed out"),
        row(1, timestamp="2026-06-01T05:31:00+05:30"),
        row(1, timestamp="2026-06-01 00:01:00Z"),
        row(1, timestamp="2026-06-01 00:01:00 UTC"),
        row(1, timestamp="01.06.2026 00:01:00 UTC"),
        row(1, timestamp="1.6.2026, 2:01:00,000 +02:00"),
        row(1, timestamp=1780272060),
        row(1, timestamp=1780272060000),
        row(1, timestamp="1780272060.0"),
        row(1, timestamp=1780272060000000),
        row(1, timestamp=1780272060000000000),
        row(1, input_tokens="10", latency_ms="100.5"),
        row(1, latency_ms=None, input_tokens=...),
        row(1, prompt=["a", "b"], context=[{"text": "one"}, {"page_content": "two"}]),
        row(1, unknown={"deep": [1]}),
    ],
)
def test_a_row_that_can_be_read_without_guessing_is_read(tmp_path: Path, good: dict[str, object]) -> None:
    """Empty and huge texts, control characters, zones, epoch counts, numbers as text."""
    reading = read({"path": str(write(tmp_path / "a.jsonl", [good]))}, START, END)
    (one,) = reading
    assert not reading.quarantined
    assert one.timestamp == START + timedelta(minutes=1)
    assert one.timestamp.tzinfo is UTC
    assert one.latency_ms in (100.5, None)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("up", 1), ("down", -1), ("👍", 1), (False, -1), (True, 1), (0.5, 0.5), ("-1", -1), ("", None), (None, None)],
)
def test_feedback_is_read_in_its_spellings(tmp_path: Path, said: object, meant: float | None) -> None:
    """From −1 to 1, None for none."""
    (one,) = read({"path": str(write(tmp_path / "a.jsonl", [row(1, feedback=said)]))}, START, END)
    assert one.feedback == meant


def test_numbers_as_ids_become_text_and_empty_labels_nothing(tmp_path: Path) -> None:
    """A release 12 is the release "12"; an empty one is none."""
    path = write(tmp_path / "a.jsonl", [row(1, interaction_id=7, release=12), row(2, release="", context="", error="")])
    first, second = read({"path": str(path)}, START, END)
    assert (first.interaction_id, first.release) == ("7", "12")
    assert (second.release, second.context, second.error) == (None, None, None)


def test_an_interaction_is_a_plain_one_whatever_it_was_read_from(tmp_path: Path) -> None:
    """Equal to, hashed and pickled as one built by hand."""
    import pickle

    path = write(tmp_path / "a.jsonl", [row(1, bot="b", service=...)])
    (one,) = read({"path": str(path), "columns": {"service": "bot"}}, START, END)
    same = Interaction(
        interaction_id="i1",
        timestamp=START + timedelta(minutes=1),
        service="b",
        release="1",
        model="gpt-4o-mini",
        prompt="question 1?",
        response="answer 1.",
        input_tokens=10,
        output_tokens=5,
        latency_ms=100.5,
    )
    assert one == same
    assert same == one
    assert hash(one) == hash(same)
    assert type(pickle.loads(pickle.dumps(one))) is Interaction


def test_the_stretch_is_half_open_and_what_lies_outside_is_not_counted(tmp_path: Path) -> None:
    """A bad row beside rows outside is outside too."""
    rows = [row(0), row(59), '{"cut', row(60), row(61), '{"cut', row(119), row(120), row(121), "cut"]
    path = write(tmp_path / "a.jsonl", rows)
    reading = read({"path": str(path)}, START + timedelta(hours=1), START + timedelta(hours=2))
    assert [one.interaction_id for one in reading] == ["i60", "i61", "i119"]
    assert reading.quarantined == {"not JSON": 1}
    assert reading.rows == 4


def test_one_row_far_out_does_not_carry_its_bad_neighbour_away(tmp_path: Path) -> None:
    """The middle of the three rows before tells when a bad row was."""
    rows = [row(0), row(1), row(2, timestamp="2020-02-02T00:00:00Z"), "cut", row(3)]
    reading = read({"path": str(write(tmp_path / "a.jsonl", rows))}, START, END)
    assert len(list(reading)) == 3
    assert reading.quarantined == {"not JSON": 1}


def test_bad_rows_before_any_good_one_count_with_it_and_without_any_count_too(tmp_path: Path) -> None:
    """A file of nothing but rubbish is not silently empty."""
    leading = read({"path": str(write(tmp_path / "a.jsonl", ["cut", row(0)]))}, START, END)
    assert len(list(leading)) == 1
    assert leading.quarantined_rows[0].moment == START
    rubbish = read({"path": str(write(tmp_path / "b.jsonl", ["cut", "cut"]))}, START, END)
    assert not list(rubbish)
    assert rubbish.quarantined == {"not JSON": 2}


def test_a_repeated_id_counts_once_within_its_window_and_the_two_before(tmp_path: Path) -> None:
    """The first stands, also when the repeat comes in another window or file."""
    write(tmp_path / "a.jsonl", [row(0), row(0), row(59, interaction_id="x")])
    write(tmp_path / "b.jsonl", [row(61, interaction_id="x"), row(150, interaction_id="i0")])
    reading = read({"path": str(tmp_path)}, START, END)
    assert [one.interaction_id for one in reading] == ["i0", "x"]
    assert reading.repeated == 3
    assert reading.rows == 5


def test_reading_again_starts_afresh(tmp_path: Path) -> None:
    """Counts are of the last reading, not summed."""
    reading = read({"path": str(write(tmp_path / "a.jsonl", [row(0), row(0), "cut"]))}, START, END)
    assert len(list(reading)) == len(list(reading)) == 1
    assert (reading.rows, reading.repeated, reading.quarantined) == (3, 1, {"not JSON": 1})


def test_blank_lines_and_a_byte_order_mark_are_no_rows(tmp_path: Path) -> None:
    """They are what editors leave."""
    path = tmp_path / "a.jsonl"
    write(path, ["", row(0), "   ", row(1), ""])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().lstrip())
    reading = read({"path": str(path)}, START, END)
    assert len(list(reading)) == reading.rows == 2


def test_moments_without_a_zone_and_an_empty_stretch_are_refused(tmp_path: Path) -> None:
    """What is asked for must be clear before anything is read."""
    path = {"path": str(write(tmp_path / "a.jsonl", [row(0)]))}
    with pytest.raises(SettingsError, match="time zone"):
        read(path, datetime(2026, 6, 1), END)  # noqa: DTZ001 (what is refused)
    with pytest.raises(SettingsError, match="not before"):
        read(path, END, START)
    with pytest.raises(SettingsError, match="did you mean 'path'"):
        read({"paht": "x"}, START, END)


def test_logs_that_cannot_be_read_are_named_with_what_to_do(tmp_path: Path) -> None:
    """Missing, unmatched, of unknown ending, empty, blank, broken."""
    with pytest.raises(SourceError, match=r"nowhere\.jsonl' does not exist; name a file"):
        read({"path": str(tmp_path / "nowhere.jsonl")}, START, END)
    with pytest.raises(SourceError, match="matches no file"):
        read({"path": str(tmp_path / "*.jsonl")}, START, END)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(SourceError, match=r"no file with an ending we read.*notes\.txt"):
        read({"path": str(tmp_path)}, START, END)
    (tmp_path / "e.jsonl").touch()
    with pytest.raises(SourceError, match="is empty"):
        read({"path": str(tmp_path / "e.jsonl")}, START, END)
    with pytest.raises(SourceError, match="has no row"):
        list(read({"path": str(write(tmp_path / "blank.jsonl", ["", " "]))}, START, END))
    (tmp_path / "no.jsonl.gz").write_bytes(b"this is no gzip")
    with pytest.raises(SourceError, match=r"no\.jsonl\.gz' cannot be read"):
        list(read({"path": str(tmp_path / "no.jsonl.gz")}, START, END))
    whole = gzip.compress(b"\n".join([b'{"a": 1}'] * 1000))
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[:-9])
    with pytest.raises(SourceError, match=r"cut\.jsonl\.gz' cannot be read"):
        list(read({"path": str(tmp_path / "cut.jsonl.gz")}, START, END))
    (tmp_path / "no.parquet").write_bytes(b"this is no parquet")
    with pytest.raises(SourceError, match=r"no\.parquet' cannot be read"):
        list(read({"path": str(tmp_path / "no.parquet")}, START, END))


def test_folders_and_globs_are_read_in_the_order_of_names(tmp_path: Path) -> None:
    """Also below; hidden files and unknown endings are left out, an empty file among others too."""
    write(tmp_path / "logs" / "2026" / "b.jsonl.gz", [row(1)])
    write(tmp_path / "logs" / "2026" / "a.ndjson", [row(0)])
    write(tmp_path / "logs" / ".hidden" / "x.jsonl", [row(9)])
    (tmp_path / "logs" / "readme.txt").write_text("x")
    (tmp_path / "logs" / "c.jsonl").touch()
    for path in (tmp_path / "logs", tmp_path / "logs" / "**" / "*.*"):
        assert [one.interaction_id for one in read({"path": str(path)}, START, END)] == ["i0", "i1"]
