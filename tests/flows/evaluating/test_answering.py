"""A row that names no release is given the one that answered, also while traffic moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.evaluating.answering import Answering
from tasks.store import Action, ActionState

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
MODELS = {"1": "gpt-4o", "2": "gpt-4o-mini", "3": "gpt-4o-mini"}


def minute(number: float) -> datetime:
    """A moment."""
    return START + timedelta(minutes=number)


def act(kind: str, before: str | None, after: str, begun: float, done: float, state: str = "done") -> Action:
    """Something that moved traffic, or is at it."""
    return Action(
        id=f"{kind}-{begun}", service="bot", kind=kind, reason="r", by="Ada", state=ActionState(state),
        from_release=before, to_release=after, created_at=minute(begun), updated_at=minute(done),
    )  # fmt: skip


FIRST = act("release", None, "1", 0, 1)
HISTORY = [(minute(1), "1"), (minute(11), "2")]


@pytest.mark.parametrize(
    ("at", "model", "answered"),
    [
        (0.5, "gpt-4o", "1"),
        (0.5, None, None),
        (5, "gpt-4o", "1"),
        (5, "gpt-4o-mini", "1"),
        (10.5, "gpt-4o", "1"),
        (10.5, "gpt-4o-mini", "2"),
        (10.5, "gpt-4o-mini-2024-07-18", "2"),
        (10.5, "another", "1"),
        (10.5, None, "1"),
        (12, "gpt-4o", "2"),
    ],
)
def test_while_a_switch_is_at_work_the_model_tells_who_answered(at: float, model: str | None, answered: str) -> None:
    """Before and after it what was live counts, whatever the model is called."""
    answering = Answering(HISTORY, [FIRST, act("release", "1", "2", 10, 11)], MODELS)
    assert answering.at(minute(at), model) == answered


def test_releases_of_one_model_cannot_be_told_apart() -> None:
    """Then what was live counts."""
    both = Answering(HISTORY, [act("release", "2", "3", 10, 11)], MODELS)
    assert both.at(minute(10.5), "gpt-4o-mini") == "1"


def test_a_share_is_told_apart_until_traffic_takes_another_way() -> None:
    """Also one whose switch has not ended yet."""
    share = act("share", "1", "2", 2, 3)
    ended = Answering(HISTORY, [FIRST, share, act("release", "1", "2", 10, 11)], MODELS)
    assert [ended.at(minute(at), "gpt-4o-mini") for at in (1.5, 4, 9)] == ["1", "2", "2"]
    still = Answering(HISTORY[:1], [FIRST, share, act("rollback", "2", "1", 20, 21, "started")], MODELS)
    assert [still.at(minute(25), model) for model in ("gpt-4o-mini", "gpt-4o")] == ["2", "1"]
