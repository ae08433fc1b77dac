"""Replicas through a target: told once, believed only when read back, and only when every condition holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.domain.errors import RoutingError
from tasks.domain.scaling import ScalingPlan
from tasks.domain.settings.policy import Target
from tasks.routing import ScalingSituation, ScalingTarget, check_scaling, missing, scale
from tasks.routing.gateway import GatewayTarget
from tasks.routing.webhook import WebhookTarget
from tests.routing.routers import SECRET, Router, routing

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
PLAN = ScalingPlan(
    service="s",
    release="1",
    learned_until=NOW,
    min_replicas=2,
    max_replicas=9,
    hours=((NOW, 2), (NOW + timedelta(hours=1), 5)),
    autoscaler={"kind": "HorizontalPodAutoscaler"},
)
FINE = ScalingSituation(now=NOW, plan=PLAN, plan_id="a-1", newest="a-1", mode="auto", live="1", target="webhook of s")


@pytest.fixture
def router() -> Iterator[Router]:
    """A router on loopback that runs replicas too."""
    with routing() as opened:
        yield opened


@pytest.fixture
def target(router: Router) -> ScalingTarget:
    """A target that talks to it."""
    fields = Target(kind="webhook", url=router.url, secret="ROUTER", allow_private=True)
    return WebhookTarget(fields, "s", lambda _: SECRET)


def test_the_same_plan_twice_scales_once(router: Router, target: ScalingTarget) -> None:
    """Read back first; and the same order sent twice is known by its key. The order says all that is needed."""
    assert scale(target, PLAN, key="k")
    assert not scale(target, PLAN, key="k")
    target.scale(PLAN, key="k")
    (order,) = router.scaled
    assert order == {"action": "scale", "plan": PLAN.id} | PLAN.to_json()
    assert ScalingPlan.from_json(PLAN.to_json()) == PLAN


def test_an_answer_that_got_lost_scales_once(router: Router, target: ScalingTarget) -> None:
    """Every second answer is 503, so the order is sent again with its key."""
    router.fault = "flaky"
    assert scale(target, PLAN, key="k")
    router.fault = "times out"
    assert scale(target, replace(PLAN, max_replicas=8), key="l")
    assert len(router.scaled) == 2


def test_a_router_that_lies_about_replicas_is_found_out(router: Router, target: ScalingTarget) -> None:
    """It says yes and goes on as before."""
    router.fault = "lies"
    with pytest.raises(RoutingError, match="reads back as following another"):
        scale(target, PLAN, key="k")


def test_a_router_that_is_down_is_named(router: Router, target: ScalingTarget) -> None:
    """Nothing was changed."""
    router.fault = "down"
    with pytest.raises(RoutingError, match=r"webhook of s: .*503"):
        scale(target, PLAN, key="k")


def test_a_gateway_runs_no_replicas() -> None:
    """It splits traffic; what cannot scale has no method that pretends to."""
    made = GatewayTarget(Target(kind="mlflow_gateway", endpoint="chat", url="http://127.0.0.1:9"), "s")
    assert not isinstance(made, ScalingTarget)


def test_when_all_hold_a_plan_is_applied() -> None:
    """By policy, by hand in any mode, and for a service the registry does not know."""
    assert missing(check_scaling(FINE)) == []
    assert missing(check_scaling(replace(FINE, by_hand=True, mode="dry_run"))) == []
    assert missing(check_scaling(replace(FINE, live=None))) == []


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"plan": None}, "plan", "it was made up"),
        ({"plan": None, "by_hand": True}, "plan", "run plan_capacity first"),
        ({"mode": "dry_run"}, "mode", "policy.mode is dry_run"),
        ({"newest": "f00"}, "newest plan", "plan f00 is newer"),
        ({"now": NOW + timedelta(hours=30)}, "fresh plan", "its logs end 30.0 hours ago, at most 24.0 hours"),
        ({"live": "2"}, "live", "2 is live, and the plan is for 1"),
        ({"target": None}, "target", "use target kind webhook, or apply the manifest by hand"),
        ({"hold_until": NOW + timedelta(hours=1), "hold_by": "Ada"}, "no hold", "held until 2026-06-02 13:00Z by Ada"),
    ],
)
def test_a_condition_that_does_not_hold_is_named(changes: dict, name: str, words: str) -> None:
    """One at a time, with what was found."""
    (unmet,) = missing(check_scaling(replace(FINE, **changes)))
    assert unmet.name == name
    assert words in unmet.words
