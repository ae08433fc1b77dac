"""Text inside Markdown stays text, and reads as it was written."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from tasks.domain.markdown import escaped, inert
from tests.hostile import HOSTILE, shown


def words(text: str) -> str:
    """Return the text without line breaks, control characters and turns of the reading direction, as one line."""
    legible = " ".join(re.sub("[\u202a-\u202e\u2066-\u2069]", "", text).split())
    return re.sub("[\x00-\x1f\x7f-\x9f]", "\ufffd", legible)


def letters(text: str) -> str:
    """Return what a reader sees of a text, without blanks and what stands for control characters."""
    return re.sub("[\\s\u2060\ufffd\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "", text)


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


@pytest.mark.parametrize("text", [*HOSTILE, "![a][b]\n\n[b]: //evil.example/b.png", "[//]: # (hidden)", "![[a]](b)"])
def test_a_whole_text_loads_hides_and_links_nothing_but_what_it_says(text: str) -> None:
    """Also where it is not taken for Markdown, it reads as it was written; so does code in it."""
    made = inert(text)
    for block in MarkdownIt("commonmark", {"html": False}).parse(made):
        kinds = [token.type for token in block.children or ()]
        assert "image" not in kinds
        for at in (at for at, kind in enumerate(kinds) if kind == "link_open"):
            assert block.children is not None
            assert block.children[at].attrs["href"] == block.children[at + 1].content
    assert letters(made) == letters(text)
    assert "hidden" in shown(made).text or "hidden" not in text
    assert inert("a[0][1] = {'b': [c]}\n\t!x") == "a[0][1] = {'b': [c]}\n\t!x"
