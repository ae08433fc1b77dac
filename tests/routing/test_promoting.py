"""A promotion needs every condition, and names the one that is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.domain.release import Mark, Origin
from tasks.routing import PromotionSituation, check_promotion, missing
from tests.routing.test_switching import release

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
CANDIDATE = release("2")
READY = PromotionSituation(
    now=NOW,
    decision_id="promote-1",
    control="1",
    candidate=CANDIDATE,
    stands=True,
    decided_at=NOW - timedelta(hours=2),
    mode="auto",
    live="1",
)


def unmet(situation: PromotionSituation) -> dict[str, str]:
    """Return what is missing, by name."""
    return {condition.name: condition.words for condition in missing(check_promotion(situation))}


def test_when_everything_holds_nothing_is_missing():
    """As it should be."""
    assert unmet(READY) == {}


@pytest.mark.parametrize(
    ("changed", "name", "words"),
    [
        ({"control": None}, "decision", "'promote-1': it was made up"),
        ({"control": None, "decision_id": None}, "decision", "no decision to promote anything yet"),
        ({"mode": "dry_run"}, "mode", "policy.mode is dry_run"),
        ({"decided_at": NOW - timedelta(days=3)}, "fresh decision", "3.0 days ago"),
        ({"stands": False}, "decision", "promote no more"),
        ({"live": "3"}, "live", "3 is live, not the control 1"),
        ({"live": None}, "live", "nothing is live"),
        ({"candidate": None}, "candidate", "not registered"),
        ({"candidate": replace(CANDIDATE, origin=Origin.OBSERVED)}, "candidate", "not registered"),
        ({"candidate": replace(CANDIDATE, mark=Mark.QUARANTINED, why="rude")}, "candidate", "2 is quarantined: rude"),
        ({"hold_until": NOW + timedelta(hours=1), "hold_by": "Ada"}, "no hold", "by Ada"),
    ],
)
def test_each_condition_that_is_missing_is_named(changed: dict, name: str, words: str):
    """It alone, with what was found."""
    found = unmet(replace(READY, **changed))
    assert list(found) == [name]
    assert words in found[name]


def test_a_person_is_held_to_production_alone():
    """Neither mode nor age matters to somebody who asks by hand; what is live does."""
    by_hand = replace(READY, decision_id=None, mode="off", decided_at=NOW - timedelta(days=9))
    assert unmet(by_hand) == {}
    assert list(unmet(replace(by_hand, live="3"))) == ["live"]
