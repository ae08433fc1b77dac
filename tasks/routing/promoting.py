"""When a candidate may be promoted after an A/B test: conditions named as those of a rollback are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.domain.release import Mark, Origin, Release
from tasks.routing.conditions import Condition, no_hold, span


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionSituation:
    """What is known when a candidate is to be promoted.

    Attributes:
        now: The time.
        decision_id: The decision that was named; None: a person asks for the newest.
        control: What the candidate was compared with; None when the store has no such decision.
        candidate: The release as the registry has it; None when it has none.
        stands: Whether the comparison says so still.
        decided_at: When it came to that.
        mode: The policy's, recorded with the decision.
        freshness: How old a decision may be.
        live: Name of what is live now; None where nothing is.
        hold_until: No action before this, by a person's order.
        hold_by: Whose order.
    """

    now: datetime
    decision_id: str | None
    control: str | None = None
    candidate: Release | None = None
    stands: bool = False
    decided_at: datetime | None = None
    mode: str = "off"
    freshness: timedelta = timedelta(hours=24)
    live: str | None = None
    hold_until: datetime | None = None
    hold_by: str = ""


def check_promotion(situation: PromotionSituation) -> list[Condition]:
    """Return every condition; a promotion needs all. A person is held to those of production, whatever the mode."""
    if situation.control is None or situation.decided_at is None:
        named = f"decision {situation.decision_id!r}: it was made up, or belongs to another store"
        words = f"the store has no {named if situation.decision_id else 'decision to promote anything yet'}"
        return [Condition("decision", holds=False, words=words)]
    age = situation.now - situation.decided_at
    asked = [
        Condition("mode", situation.mode in {"approve", "auto"}, f"policy.mode is {situation.mode}"),
        Condition(
            "fresh decision",
            age <= situation.freshness,
            f"it was decided {span(age)} ago, at most {span(situation.freshness)}",
        ),
    ]
    stands = "the comparison still says promote" if situation.stands else "the comparison says promote no more"
    return [
        *(asked if situation.decision_id else []),
        Condition("decision", situation.stands, stands),
        _live(situation.control, situation.live),
        _registered(situation.candidate),
        no_hold(situation.now, situation.hold_until, situation.hold_by),
    ]


def _live(control: str, live: str | None) -> Condition:
    words = f"{live or 'nothing'} is live" + ("" if live == control else f", not the control {control}")
    return Condition("live", live == control, words)


def _registered(candidate: Release | None) -> Condition:
    if candidate is None or candidate.origin is not Origin.REGISTERED:
        words = "the candidate is not registered: release it by hand"
    elif candidate.mark is Mark.QUARANTINED:
        words = f"{candidate.name} is quarantined: {candidate.why}"
    else:
        return Condition("candidate", holds=True, words=f"{candidate.name} is registered")
    return Condition("candidate", holds=False, words=words)
