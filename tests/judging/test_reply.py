"""Whatever a judge replies becomes levels or a cause; nothing in a reply ends a run."""

import json

import pytest

from tasks.domain.judgment import Cause
from tasks.judging.reply import read_reply
from tasks.judging.rubrics import DEFAULT

GOOD = {"reason": "right", "correctness": 5, "groundedness": None, "helpfulness": 4, "toxicity": 1}


def replied(level: str) -> str:
    """Return a reply whose correctness is written as given."""
    return json.dumps(GOOD).replace('"correctness": 5', f'"correctness": {level}')


@pytest.mark.parametrize(
    ("level", "cause"),
    [
        ("9" * 400, Cause.OUT_OF_RANGE),
        ("-" + "9" * 400, Cause.OUT_OF_RANGE),
        ("9" * 5_000, Cause.INVALID_JSON),
        ("[" * 100_000, Cause.INVALID_JSON),
        ("1e999", Cause.OUT_OF_RANGE),
        ("NaN", Cause.WRONG_TYPE),
        ('"nan"', Cause.WRONG_TYPE),
        ("true", Cause.WRONG_TYPE),
        ('"five"', Cause.WRONG_TYPE),
        ("[5]", Cause.WRONG_TYPE),
        ("0", Cause.OUT_OF_RANGE),
        ("null", None),
        ('"3.5"', None),
    ],
    ids=range(13),
)
def test_an_odd_level_is_a_cause_and_never_an_exception(level: str, cause: Cause | None) -> None:
    """Whole numbers that no float holds, digits that no int is made of, brackets without end."""
    assert read_reply(replied(level), DEFAULT, has_context=False).cause is cause


def test_the_last_whole_object_counts() -> None:
    """What the judge thought aloud before is passed over; the answer's object comes last."""
    text = f"{{not json}} first {replied('1')} no, rather:\n```json\n{replied('4')}\n```"
    assert read_reply(text, DEFAULT, has_context=False).levels["correctness"] == 4


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_an_empty_reply_says_so(text: str | None) -> None:
    """It is no reply that does not fit."""
    assert read_reply(text, DEFAULT, has_context=False).cause is Cause.EMPTY
