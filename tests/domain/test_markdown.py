"""Text inside Markdown stays text, and reads as it was written."""

from __future__ import annotations

import re

import pytest

from tasks.domain.markdown import escaped
from tests.hostile import HOSTILE, shown


def words(text: str) -> str:
    """Return the text without line breaks, control characters and turns of the reading direction, as one line."""
    legible = " ".join(re.sub("[\u202a-\u202e\u2066-\u2069]", "", text).split())
    return re.sub("[\x00-\x1f\x7f-\x9f]", "\ufffd", legible)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("frame", ["{}", "word {} word", "**{}**", "- {}"])
def test_nothing_becomes_a_tag_a_link_or_a_picture(text: str, frame: str) -> None:
    """Wherever in a line it stands, the reader sees what was written."""
    seen = shown(frame.format(escaped(text)))
    assert seen.tags == seen.links == []
    assert words(text) in words(seen.text) or not frame.startswith("word")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_in_the_words_of_a_link_does_not_lead_it_elsewhere(text: str) -> None:
    """A bracket in a name would end our words and begin an address of its own."""
    seen = shown(f"[report of {escaped(text)}](#/ours)")
    assert seen.links == ["#/ours"]
    assert words(text) in words(seen.text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_stays_one_cell(text: str) -> None:
    """A bar in a name adds no column, a line break no row."""
    seen = shown(f"| a | b |\n|---|---|\n| {escaped(text)} | x |")
    assert seen.cells == [2, 2]
    assert seen.tags == seen.links == []
    assert words(text) in words(seen.text)
