"""What a target is told about replicas: a plan for the hours ahead, with the bounds it keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingPlan:
    """Replicas of a service by the hour.

    Attributes:
        service: Whose.
        release: What it was planned for.
        learned_until: End of the logs behind it.
        min_replicas: The fewest of any hour.
        max_replicas: The most that may run, by the release's bounds.
        hours: Start of each hour with its replicas, in order.
        autoscaler: The HorizontalPodAutoscaler that keeps it, for targets that run on Kubernetes.
    """

    service: str
    release: str
    learned_until: datetime
    min_replicas: int
    max_replicas: int
    hours: tuple[tuple[datetime, int], ...]
    autoscaler: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Names the plan by what it says: the same replicas for the same hours are the same plan."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def words(self) -> str:
        """The plan in a few words."""
        most = max(replicas for _, replicas in self.hours)
        number = f"{most}" if self.min_replicas == most else f"{self.min_replicas}–{most}"
        noun = "replica" if most == 1 else "replicas"
        return f"{number} {noun} for {len(self.hours)} hours from {self.hours[0][0]:%Y-%m-%d %H:%M}Z"

    def to_json(self) -> dict[str, Any]:
        """Return it as it is kept and sent."""
        return {
            "service": self.service,
            "release": self.release,
            "learned_until": self.learned_until.isoformat(),
            "min_replicas": self.min_replicas,
            "max_replicas": self.max_replicas,
            "hours": [{"start": start.isoformat(), "replicas": replicas} for start, replicas in self.hours],
            "autoscaler": dict(self.autoscaler),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return what `to_json` gave."""
        hours = tuple((datetime.fromisoformat(hour["start"]), int(hour["replicas"])) for hour in kept["hours"])
        learned_until = datetime.fromisoformat(kept["learned_until"])
        return cls(**dict(kept) | {"hours": hours, "learned_until": learned_until})
