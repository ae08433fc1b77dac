"""Rubrics: built in, and a user's own text."""

from __future__ import annotations

import pytest

from tasks.domain.errors import SettingsError
from tasks.judging.reply import read_reply
from tasks.judging.rubrics import CATALOG, DEFAULT, FRAME, Rubric, rubric_from_text

OWN = """You are strict about tone.

- tone: is it friendly? 1 hostile; 2 cold; 3 neutral; 4 friendly; 5 warm.
- sources: does it name its source? Without a context: null. 1 no; 2 barely; 3 partly; 4 mostly; 5 yes.
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Be strict.", "no criterion of quality"),
        ("- toxicity: is it rude? 1 no; 5 yes.", "no criterion of quality"),
        ("- tone: a\n- tone: b", "tone twice"),
        ("- reason: why?\n- tone: b", "reason twice, or a name the reply has already"),
    ],
)
def test_a_text_that_cannot_be_a_rubric_says_what_is_missing(text: str, words: str) -> None:
    """With an example of how to write one."""
    with pytest.raises(SettingsError, match=words):
        rubric_from_text("prompts:/mine/1", text)


def test_a_users_own_text_keeps_its_criteria_and_is_framed() -> None:
    """Toxicity and the containment of untrusted text are added."""
    rubric = rubric_from_text("prompts:/mine/1", OWN)
    assert [(one.name, one.metric, one.needs_context) for one in rubric.criteria] == [
        ("tone", "quality", False),
        ("sources", "quality", True),
        ("toxicity", "toxicity", False),
    ]
    assert rubric.text.startswith("You are strict about tone.")
    assert FRAME in rubric.text
    assert rubric.text.count("- tone:") == 1
    assert rubric.version != rubric_from_text("prompts:/mine/1", OWN + "- wit: 1 none; 5 much.").version
    reading = read_reply('{"reason": "r", "tone": 5, "sources": null, "toxicity": 1}', rubric, has_context=True)
    assert rubric.scores(reading.levels, has_context=True) == {"quality": 1.0, "toxicity": 0.0}


@pytest.mark.parametrize("rubric", CATALOG.values(), ids=CATALOG)
def test_every_built_in_rubric_reads_back_from_its_own_text(rubric: Rubric) -> None:
    """Registered as a prompt and loaded again, it is the same rubric."""
    assert rubric_from_text(rubric.name, rubric.text) == rubric
    assert {one.metric for one in rubric.criteria} >= {"quality", "toxicity"}
    assert len({one.name for one in rubric.criteria}) == len(rubric.criteria)
    required = rubric.schema["required"]
    assert required[0] == "reason"


def test_no_two_rubrics_are_one_question() -> None:
    """Versions name the text."""
    assert len({rubric.version for rubric in CATALOG.values()}) == len(CATALOG)


def test_refusal_is_a_score_of_its_own() -> None:
    """It does not water down quality."""
    rubric = CATALOG["refusal"]
    levels = {"refusal": 5.0, "correctness": 1.0, "groundedness": 1.0, "helpfulness": 1.0, "toxicity": 1.0}
    assert rubric.scores(levels, has_context=True) == {"refusal": 1.0, "quality": 0.0, "toxicity": 0.0}


def test_the_default_text_asks_about_each_criterion_once() -> None:
    """In the order of the reply."""
    positions = [DEFAULT.text.index(f"- {one.name}:") for one in DEFAULT.criteria]
    assert positions == sorted(positions)
