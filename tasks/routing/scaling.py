"""Letting a target follow a plan of replicas, and when that may be: conditions named as those of a rollback are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.domain.errors import RoutingError
from tasks.domain.scaling import ScalingPlan
from tasks.routing.base import ScalingTarget
from tasks.routing.conditions import Condition, no_hold, span


def scale(target: ScalingTarget, plan: ScalingPlan, *, key: str) -> bool:
    """Let a target follow a plan; what it follows afterwards is believed, not what it answered.

    Returns:
        Whether anything changed: False when it followed the plan already.

    Raises:
        RoutingError: when it refuses, or reads back as following another.
    """
    if target.follows(plan):
        return False
    try:
        target.scale(plan, key=key)
    except RoutingError:
        if not target.follows(plan):
            raise
    if not target.follows(plan):
        raise RoutingError(f"{target.name}: told to follow plan {plan.id}, but reads back as following another")
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingSituation:
    """What is known when a plan of replicas is to be applied.

    Attributes:
        now: The time.
        plan: The plan as the store has it; None when it has none.
        plan_id: Its id in the store.
        newest: Id of the service's newest plan.
        by_hand: Whether a person asks, who takes the newest.
        mode: The policy's, recorded with the plan.
        freshness: How old the logs behind a plan may be.
        live: Name of the release that is live now; None where the registry knows none.
        target: Name of the target that runs replicas; None where there is none.
        hold_until: No action before this, by a person's order.
        hold_by: Whose order.
    """

    now: datetime
    plan: ScalingPlan | None
    plan_id: str | None
    newest: str | None = None
    by_hand: bool = False
    mode: str = "off"
    freshness: timedelta = timedelta(hours=24)
    live: str | None = None
    target: str | None = None
    hold_until: datetime | None = None
    hold_by: str = ""


def check_scaling(situation: ScalingSituation) -> list[Condition]:
    """Return every condition; a plan is applied only when all hold.

    A person is held to those of production alone, whatever the policy's mode.
    """
    plan = situation.plan
    if plan is None:
        named = f"plan {situation.plan_id!r}: it was made up, or belongs to another store"
        words = f"the store has no {'plan yet: run plan_capacity first' if situation.by_hand else named}"
        return [Condition("plan", holds=False, words=words)]
    asked = [] if situation.by_hand else [_mode(situation.mode)]
    return [
        *asked,
        _newest(situation.plan_id, situation.newest),
        _fresh(situation.now - plan.learned_until, situation.freshness),
        _live(plan.release, situation.live),
        Condition(
            "target",
            situation.target is not None,
            f"{situation.target} runs replicas"
            if situation.target
            else "no target runs replicas: use target kind webhook, or apply the manifest by hand",
        ),
        no_hold(situation.now, situation.hold_until, situation.hold_by),
    ]


def _mode(mode: str) -> Condition:
    return Condition("mode", mode in {"approve", "auto"}, f"policy.mode is {mode}")


def _newest(plan_id: str | None, newest: str | None) -> Condition:
    words = "it is the newest plan" if plan_id == newest else f"plan {newest} is newer"
    return Condition("newest plan", plan_id == newest, words)


def _fresh(age: timedelta, freshness: timedelta) -> Condition:
    words = f"its logs end {span(age)} ago, at most {span(freshness)}"
    return Condition("fresh plan", age <= freshness, words)


def _live(planned: str, live: str | None) -> Condition:
    """A service the registry does not know runs what its logs say."""
    if live is None:
        return Condition("live", holds=True, words="nothing is registered as live: the logs say what serves")
    words = f"{live} is live" + ("" if live == planned else f", and the plan is for {planned}")
    return Condition("live", live == planned, words)
