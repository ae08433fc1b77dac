"""Each condition of a rollback is checked alone and named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.domain.release import Mark, Origin
from tasks.routing import Failing, Situation, check, missing
from tests.routing.test_switching import NEW, OLD

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
FAILING = Failing(
    release="2",
    window_end=NOW - timedelta(hours=1),
    stands=True,
    absolute_only=False,
    own_baseline=False,
    mode="auto",
    freshness=timedelta(hours=24),
    cooldown=timedelta(hours=6),
    max_per_day=2,
)
FINE = Situation(now=NOW, decision_id="d", failing=FAILING, live=NEW, to=OLD, why_not={})


def failing(**changes: object) -> Situation:
    """The situation with another decision."""
    return replace(FINE, failing=replace(FAILING, **changes))  # type: ignore[arg-type]


def test_when_all_hold_nothing_is_missing() -> None:
    """The normal case, automatically and by hand."""
    assert missing(check(FINE)) == []
    assert missing(check(replace(FINE, decision_id=None, failing=None))) == []


CASES = {
    "mode": failing(mode="dry_run"),
    "decision": failing(stands=False),
    "worse than its baseline": failing(absolute_only=True),
    "fresh evidence": failing(window_end=NOW - timedelta(hours=24, seconds=1)),
    "cooldown": replace(FINE, rollbacks=(NOW - timedelta(hours=5),)),
    "rollbacks a day": replace(FINE, rollbacks=(NOW - timedelta(hours=20), NOW - timedelta(hours=7))),
    "no rejection": replace(FINE, rejected_at=NOW - timedelta(hours=5), rejected_by="Ada"),
    "live": replace(FINE, live=OLD, to=NEW),
    "good release": replace(FINE, to=None, why_not={"1": "failed itself"}),
    "no hold": replace(FINE, hold_until=NOW + timedelta(hours=1), hold_by="Ada"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_condition_alone_refuses_and_is_named(name: str) -> None:
    """One thing wrong is one reason."""
    assert [condition.name for condition in missing(check(CASES[name]))] == [name]


@pytest.mark.parametrize(
    ("situation", "words"),
    [
        (replace(FINE, failing=None), "made up"),
        (replace(FINE, live=None), "nothing is registered as live"),
        (replace(FINE, to=replace(OLD, mark=Mark.QUARANTINED, why="it leaked")), "quarantined: it leaked"),
        (replace(FINE, to=replace(OLD, origin=Origin.OBSERVED)), "never registered"),
        (replace(FINE, decision_id=None, failing=None, to=NEW), "live already"),
        (failing(own_baseline=True), "its own baseline"),
        (CASES["good release"], "1: failed itself"),
        (CASES["no hold"], "by Ada"),
        (CASES["no rejection"], "Ada said no 5.0 hours ago"),
    ],
)
def test_a_refusal_says_what_was_found(situation: Situation, words: str) -> None:
    """In words a person on call understands."""
    assert words in "; ".join(condition.words for condition in missing(check(situation)))


def test_limits_are_met_exactly_at_their_edge() -> None:
    """At the age of freshness and at the end of the cooldown it still, or again, holds."""
    assert missing(check(failing(window_end=NOW - timedelta(hours=24)))) == []
    assert missing(check(replace(FINE, rollbacks=(NOW - timedelta(hours=6),)))) == []
    assert missing(check(replace(FINE, rollbacks=(NOW - timedelta(hours=25), NOW - timedelta(hours=24))))) == []
