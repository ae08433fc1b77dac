"""The plan as Kubernetes reads it: a HorizontalPodAutoscaler of `autoscaling/v2`."""

from __future__ import annotations

import math
import re
from typing import Any

from tasks.capacity.planning import Plan
from tasks.domain.settings.capacity import Autoscaling

_SETTLE_SECONDS = 300
"""Kubernetes' own default: a lull of less is no reason to let replicas go."""


def manifest(service: str, plan: Plan, asked: Autoscaling) -> dict[str, Any]:
    """Return the manifest; JSON is YAML, so `kubectl apply -f` takes it as it is.

    The autoscaler adds replicas when one has on average as many requests in flight as in the plan's busiest hour: at
    that use the objective still holds.
    """
    name = asked.deployment or kubernetes_name(service)
    peak = plan.peak
    each = min(peak.in_flight / peak.replicas, 0.98 * asked.slots)
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": "plumbline"}},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": min(hour.replicas for hour in plan.hours),
            "maxReplicas": asked.max_replicas,
            "metrics": [
                {
                    "type": "Pods",
                    "pods": {
                        "metric": {"name": asked.metric},
                        "target": {"type": "AverageValue", "averageValue": f"{max(math.floor(1000 * each), 1)}m"},
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


def kubernetes_name(service: str) -> str:
    """Return the service's name as Kubernetes allows it: a DNS label.

    >>> kubernetes_name("Support Bot_2")
    'support-bot-2'
    """
    return re.sub(r"[^a-z0-9]+", "-", service.lower())[:63].strip("-") or "service"
