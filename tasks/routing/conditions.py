"""When a rollback may be done: each condition checked and named, so that a refusal says exactly what was missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.domain.release import Mark, Origin, Release


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, whether it holds, and in words what was found."""

    name: str
    holds: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """The decision a rollback follows, as the store has it now.

    Attributes:
        release: What failed.
        window_end: End of the failing window.
        stands: Whether the window still says fail.
        absolute_only: Whether only an absolute objective was breached.
        own_baseline: Whether the release is its own baseline.
        mode: The policy's.
        freshness: How old evidence may be.
        cooldown: How long no second rollback is done.
        max_per_day: How many are done within 24 hours.
    """

    release: str
    window_end: datetime
    stands: bool
    absolute_only: bool
    own_baseline: bool
    mode: str
    freshness: timedelta
    cooldown: timedelta
    max_per_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known when a rollback is asked for.

    Attributes:
        now: The time.
        decision_id: The decision that was named; None: a person asks.
        failing: What the store has of it; None when it has nothing.
        live: What is live now.
        to: Where to go; None when there is no good release.
        why_not: Why each other release is none, by name.
        wanted: The release a person named.
        rollbacks: When rollbacks of the service were done, oldest first.
        hold_until: No action before this, by a person's order.
        hold_by: Whose order.
        rejected_at: When a person last said no to rolling back this release.
        rejected_by: Who.
        candidate: A release that has a share of the traffic beside what is live.
    """

    now: datetime
    decision_id: str | None
    failing: Failing | None
    live: Release | None
    to: Release | None
    why_not: dict[str, str]
    wanted: str | None = None
    rollbacks: tuple[datetime, ...] = ()
    hold_until: datetime | None = None
    hold_by: str = ""
    rejected_at: datetime | None = None
    rejected_by: str = ""
    candidate: str | None = None


def check(situation: Situation) -> list[Condition]:
    """Return every condition in the order people ask for them; a rollback needs all.

    A person who names no decision is held to those of production alone: what is live, where to go, no hold.
    """
    checked = [_live(situation), _target(situation), no_hold(situation.now, situation.hold_until, situation.hold_by)]
    if situation.decision_id is None:
        return checked
    failing = situation.failing
    if failing is None:
        words = f"the store has no decision {situation.decision_id!r}: it was made up, or belongs to another store"
        return [Condition("decision", holds=False, words=words)]
    ours = [
        _mode(failing),
        _decision(failing),
        Condition(
            "worse than its baseline",
            not failing.absolute_only and not failing.own_baseline,
            "it is its own baseline, so that nothing says it is worse"
            if failing.own_baseline
            else "only an absolute objective is breached"
            if failing.absolute_only
            else "the evidence crossed its line, and the drop is at least the margin",
        ),
        _fresh(failing, situation.now),
        _cooldown(failing, situation),
        _per_day(failing, situation),
        _rejection(failing, situation),
    ]
    return [*ours, *checked]


def missing(conditions: list[Condition]) -> list[Condition]:
    """Return those that do not hold."""
    return [condition for condition in conditions if not condition.holds]


def _mode(failing: Failing) -> Condition:
    return Condition("mode", failing.mode in {"approve", "auto"}, f"policy.mode is {failing.mode}")


def _decision(failing: Failing) -> Condition:
    words = "what it says still stands" if failing.stands else "it was decided anew since, and says so no more"
    return Condition("decision", failing.stands, words)


def _fresh(failing: Failing, now: datetime) -> Condition:
    age = now - failing.window_end
    return Condition(
        "fresh evidence",
        age <= failing.freshness,
        f"the evidence is {span(age)} old, at most {span(failing.freshness)}",
    )


def _cooldown(failing: Failing, situation: Situation) -> Condition:
    last = situation.rollbacks[-1] if situation.rollbacks else None
    if last is None:
        return Condition("cooldown", holds=True, words="no rollback so far")
    since = situation.now - last
    words = f"the last rollback was {span(since)} ago, the cooldown is {span(failing.cooldown)}"
    return Condition("cooldown", since >= failing.cooldown, words)


def _per_day(failing: Failing, situation: Situation) -> Condition:
    today = sum(situation.now - at < timedelta(days=1) for at in situation.rollbacks)
    words = f"{today} rollbacks within 24 hours, at most {failing.max_per_day}"
    return Condition("rollbacks a day", today < failing.max_per_day, words)


def _rejection(failing: Failing, situation: Situation) -> Condition:
    at = situation.rejected_at
    if at is None or situation.now - at >= failing.cooldown:
        return Condition("no rejection", holds=True, words="nobody said no")
    words = (
        f"{situation.rejected_by} said no {span(situation.now - at)} ago; asked again after {span(failing.cooldown)}"
    )
    return Condition("no rejection", holds=False, words=words)


def _live(situation: Situation) -> Condition:
    live = situation.live
    if live is None:
        words = "nothing is registered as live: run `release` for what serves, so that there is something to move"
        return Condition("live", holds=False, words=words)
    if situation.failing is None:
        return Condition("live", holds=True, words=f"{live.name} is live")
    failing = situation.failing.release
    if failing == situation.candidate:
        return Condition("live", holds=True, words=f"{failing} has a share of the traffic beside {live.name}")
    words = f"{live.name} is live" + ("" if live.name == failing else f", not {failing}: there is nothing to roll back")
    return Condition("live", live.name == failing, words)


def _target(situation: Situation) -> Condition:
    to = situation.to
    if to is None:
        reasons = "; ".join(f"{name}: {why}" for name, why in situation.why_not.items())
        return Condition(
            "good release", holds=False, words=f"no release to go back to ({reasons or 'none registered'})"
        )
    if to.mark is Mark.QUARANTINED:
        return Condition("good release", holds=False, words=f"{to.name} is quarantined: {to.why}")
    if to.origin is not Origin.REGISTERED:
        return Condition("good release", holds=False, words=f"{to.name} was only seen in logs, never registered")
    of_candidate = situation.failing is not None and situation.failing.release == situation.candidate
    if situation.live is not None and to.name == situation.live.name and not of_candidate:
        return Condition("good release", holds=False, words=f"{to.name} is live already")
    return Condition(
        "good release", holds=True, words=f"{to.name} was named" if situation.wanted else f"{to.name} is good"
    )


def no_hold(now: datetime, until: datetime | None, by: str) -> Condition:
    """Whether people let things be moved: a hold stops every action until it expires."""
    if until is None or until <= now:
        return Condition("no hold", holds=True, words="no hold is in force")
    return Condition("no hold", holds=False, words=f"held until {until:%Y-%m-%d %H:%M}Z by {by or 'a person'}")


def span(length: timedelta) -> str:
    """Return a length of time in words."""
    hours = length.total_seconds() / 3600
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:.1f} hours" if hours < 48 else f"{hours / 24:.1f} days"
