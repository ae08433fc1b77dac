"""How many replicas may serve, and what they must hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, model_validator

from tasks.domain.settings.base import Settings


class Autoscaling(Settings):
    """Bounds and objective of a plan of replicas."""

    min_replicas: int = Field(default=1, ge=1, le=10_000, description="Never fewer.")
    max_replicas: int = Field(default=20, ge=1, le=10_000, description="Never more; hours that need more are named.")
    slots: int = Field(
        default=1, ge=1, le=10_000, description="Requests one replica works on at the same time; others wait."
    )
    max_wait_ms: float = Field(
        default=500, gt=0, description="95 % of the requests must wait less than this for a free slot, in ms."
    )
    share: float = Field(default=0.95, gt=0.5, lt=1, description="The share of requests that must be served in time.")
    confidence: float = Field(
        default=0.9, gt=0.5, lt=1, description="Each hour is planned for as much traffic as it has with this chance."
    )
    history_days: float = Field(default=28, ge=1, le=365, description="Logs the demand is taken from.")
    ahead_days: float = Field(default=7, ge=1, le=60, description="How far ahead is planned; growth is taken in.")
    replica_hour_usd: float | None = Field(
        default=None, ge=0, description="What one replica costs an hour; empty: the cost is not known."
    )
    deployment: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
        description="Name of the Kubernetes Deployment; empty: the service's, as such a name.",
    )
    metric: str = Field(
        default="requests_in_flight",
        min_length=1,
        description="Metric of the pods the autoscaler follows: requests being worked on or waiting, of one replica, "
        "averaged over some minutes.",
    )

    def stated(self) -> dict[str, Any]:
        """Return what was said, without what was left to the defaults: so a release keeps it."""
        return self.model_dump(mode="json", exclude_unset=True)

    def within(self, bounds: Mapping[str, Any] | None) -> Autoscaling:
        """Return these settings with what a release states in their place: it knows best what serves it.

        Raises:
            ValueError: when the two contradict each other, or the release states what is no setting.
        """
        return Autoscaling.model_validate(self.stated() | dict(bounds or {}))

    @model_validator(mode="after")
    def _an_order(self) -> Self:
        if self.min_replicas > self.max_replicas:
            raise ValueError(f"min_replicas {self.min_replicas} is more than max_replicas {self.max_replicas}")
        return self
