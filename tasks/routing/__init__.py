"""Routing: how traffic is switched, and when a rollback may be.

`targets_of(settings, service, registry)` gives a service's targets, `switch` moves them all or none, `check` names the
conditions, `unanswered` probes an endpoint.
"""

from tasks.routing.base import SplittingTarget, TrafficTarget
from tasks.routing.catalog import targets_of
from tasks.routing.conditions import Condition, Failing, Situation, check, missing
from tasks.routing.probe import unanswered
from tasks.routing.switching import HalfSwitchedError, NotSwitchedError, switch

__all__ = [
    "Condition",
    "Failing",
    "HalfSwitchedError",
    "NotSwitchedError",
    "Situation",
    "SplittingTarget",
    "TrafficTarget",
    "check",
    "missing",
    "switch",
    "targets_of",
    "unanswered",
]
