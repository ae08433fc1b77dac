"""What a guess says: the mapping with its doubts, what was found and what was not, and why nothing can be read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from flows.replaying import guessed
from tasks.domain.errors import SettingsError
from tasks.sources.guessing import guess
from tests.sources.rows_made import row, write


def test_the_mapping_shows_doubts_and_what_is_left_out_and_the_rest_is_said(tmp_path: Path) -> None:
    """Used as named, not found, and one row of what is needed, shortened and printable."""
    rows = [
        row(at, prompt=..., response=..., q1=f"Where\x1b is it, {at}? " + "word " * 30, r1=f"It is there, {at}.",
            feedback="gut", model=None)
        for at in range(60)
    ]  # fmt: skip
    found = guess(str(write(tmp_path / "a.jsonl", rows)))
    text = guessed.mapping(found)
    assert "prompt: q1  # sure?" in text
    assert "feedback: ''  # left out" in text
    used, missing = guessed.found(found)
    assert used.startswith("Used as named: interaction_id, timestamp, service, release")
    assert missing == "Not found: model, context, reference, cost_usd, error"
    assert "feedback" not in used
    shown = guessed.one_row(found).splitlines()
    assert [line.split(":")[0].strip() for line in shown] == ["interaction_id", "timestamp", "prompt", "response"]
    assert all(line.isprintable() and len(line) < 80 for line in shown)


def test_needed_columns_that_are_missing_are_entries_of_their_own_and_broken_lines_are_counted(tmp_path: Path) -> None:
    """What is last said is short, and has the columns once."""
    made = [*({"a": at, "b": f"Where is it, {at}?"} for at in range(60)), "{cut", "{cut as well", [1]]
    found = guess(str(write(tmp_path / "a.jsonl", made)))
    assert [words.partition(":")[0] for words in found.missing] == [
        "no column holds timestamp", "no column holds response",
    ]  # fmt: skip
    assert list(guessed.found(found))[-1] == "Lines that are no rows: 2 not JSON, 1 not an object"
    with pytest.raises(SettingsError, match=r"^2 needed columns are missing, see above; the columns are a, b$"):
        guessed.check(found)


def test_all_causes_are_told_or_how_many_more_there_are() -> None:
    """The commonest first."""
    many = Counter({f"cause {at}": 20 - at for at in range(10)})
    assert guessed.causes(many).endswith("13 cause 7 and 23 more")
    assert guessed.causes(Counter({"not JSON": 2, "missing prompt": 1_000})) == "1,000 missing prompt, 2 not JSON"


def test_rows_of_which_none_can_be_read_say_why_with_an_example(tmp_path: Path) -> None:
    """And what would have been understood."""
    path = str(write(tmp_path / "a.jsonl", [row(at, at="11/12/2026 12:00", timestamp=...) for at in range(60)]))
    words = guessed.unreadable(guess(path, {"timestamp": "at"}))
    assert words.startswith("none of 60 rows can be read: 60 unreadable timestamp, e.g. '11/12/2026 12:00' (ISO 8601, ")
    assert guessed.unreadable(guess(str(write(tmp_path / "b.jsonl", [row(at) for at in range(60)])))) == ""
