"""Routing: how traffic is switched, and when a rollback may be.

`targets_of(settings, service, registry)` gives a service's targets, `switch` moves them all or none, `check` names the
conditions, `unanswered` probes an endpoint. `scale` lets a target follow a plan of replicas, `check_scaling` says
whether it may; `check_promotion` does so for a candidate of an A/B test.
"""

from tasks.routing.base import ScalingTarget, SplittingTarget, TrafficTarget
from tasks.routing.catalog import targets_of
from tasks.routing.conditions import Condition, Failing, Situation, check, missing
from tasks.routing.probe import unanswered
from tasks.routing.promoting import PromotionSituation, check_promotion
from tasks.routing.scaling import ScalingSituation, check_scaling, scale
from tasks.routing.switching import HalfSwitchedError, NotSwitchedError, switch

__all__ = [
    "Condition",
    "Failing",
    "HalfSwitchedError",
    "NotSwitchedError",
    "PromotionSituation",
    "ScalingSituation",
    "ScalingTarget",
    "Situation",
    "SplittingTarget",
    "TrafficTarget",
    "check",
    "check_promotion",
    "check_scaling",
    "missing",
    "scale",
    "switch",
    "targets_of",
    "unanswered",
]
