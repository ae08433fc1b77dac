"""The plan as Kubernetes reads it: a HorizontalPodAutoscaler of `autoscaling/v2`."""

from __future__ import annotations

import math
import re
from typing import Any

from tasks.capacity.planning import Plan
from tasks.domain.settings.capacity import Autoscaling

_SETTLE_SECONDS = 300
"""Kubernetes' own default: a lull of less is no reason to let replicas go."""

_TOLERANCE = 1.1
"""Kubernetes' own: it adds nothing while the use is at most a tenth above what was asked."""
_FULL = 0.98
"""Of its slots a replica may use at most, on average."""


def manifest(service: str, plan: Plan, asked: Autoscaling) -> dict[str, Any]:
    """Return the manifest; JSON is YAML, so `kubectl apply -f` takes it as it is.

    The autoscaler follows the requests in flight: at the traffic of any planned hour it runs at least the hour's
    replicas (`follow`).
    """
    name = asked.deployment or kubernetes_name(service)
    fewest, each_milli = follow(plan, asked)
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": "plumbline"}},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": fewest,
            "maxReplicas": asked.max_replicas,
            "metrics": [
                {
                    "type": "Pods",
                    "pods": {
                        "metric": {"name": asked.metric},
                        "target": {"type": "AverageValue", "averageValue": f"{each_milli}m"},
                    },
                }
            ],
            "behavior": {
                "scaleUp": {
                    "stabilizationWindowSeconds": 0,
                    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 60}],
                },
                "scaleDown": {
                    "stabilizationWindowSeconds": _SETTLE_SECONDS,
                    "policies": [{"type": "Percent", "value": 50, "periodSeconds": 60}],
                },
            },
        },
    }


def follow(plan: Plan, asked: Autoscaling) -> tuple[int, int]:
    """Return the fewest replicas, and the requests in flight of each in thousandths above which one is added.

    The fewer replicas there are, the less of each may be used while the objective holds, and an autoscaler knows one
    use for all. A low one would answer a single request of a quiet service with a crowd, a high one needs more replicas
    at night. Of all pairs that give every planned hour what it needs, this is the one with the fewest replica hours;
    of several such the highest use.
    """
    most = math.floor(1000 * _FULL * asked.slots)
    uses = {most}
    for hour in plan.hours:
        if hour.replicas > 1:
            # The highest use at which one replica less is too few.
            uses.add(math.ceil(1000 * hour.in_flight / (_TOLERANCE * (hour.replicas - 1))) - 1)
    pairs = {use: _fewest(plan, use) for use in uses if 0 < use <= most}
    use = min(pairs, key=lambda use: (_replica_hours(plan, use, pairs[use], asked.max_replicas), -use))
    return pairs[use], use


def _fewest(plan: Plan, use: int) -> int:
    """Return the replicas that must always run, since at this use the autoscaler would not go as far as planned."""
    missed = [
        hour.replicas for hour in plan.hours if math.ceil(1000 * hour.in_flight / (_TOLERANCE * use)) < hour.replicas
    ]
    return max([min(hour.replicas for hour in plan.hours), *missed])


def _replica_hours(plan: Plan, use: int, fewest: int, most: int) -> int:
    return sum(min(max(math.ceil(1000 * hour.in_flight / use), fewest), most) for hour in plan.hours)


def kubernetes_name(service: str) -> str:
    """Return the service's name as Kubernetes allows it: a DNS label.

    >>> kubernetes_name("Support Bot_2")
    'support-bot-2'
    """
    return re.sub(r"[^a-z0-9]+", "-", service.lower())[:63].strip("-") or "service"
