"""What a decision may lead to: it is recorded with it, so that whoever acts later is held to what was said then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tasks.domain.settings.policy import Alerts, Policy, Target


@dataclass(frozen=True, slots=True)
class Mandate:
    """What may be done about a decision.

    Attributes:
        policy: Mode, freshness, and how often.
        target: What is switched or scaled.
        alerts: Whom to tell.
    """

    policy: Policy = field(default_factory=Policy)
    target: Target = field(default_factory=Target)
    alerts: Alerts = field(default_factory=Alerts)

    def detail(self) -> dict[str, Any]:
        """Return it as the store keeps it; of secrets it has names only."""
        return {
            "policy": self.policy.model_dump(mode="json"),
            "target": self.target.model_dump(mode="json"),
            "alerts": self.alerts.model_dump(mode="json"),
        }

    @classmethod
    def of(cls, detail: Mapping[str, Any]) -> Mandate:
        """Return what an action was recorded with; the default, by which nothing is done, where it says nothing."""
        return cls(
            policy=Policy.model_validate(detail.get("policy", {})),
            target=Target.model_validate(detail.get("target", {})),
            alerts=Alerts.model_validate(detail.get("alerts", {})),
        )
