"""What an A/B test asks, and how sure its answer must be."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from tasks.domain.settings.base import Settings

Metric = Literal["quality", "toxicity", "errors", "latency", "cost", "feedback"]
"""What two releases are compared in; each becomes a feature in [0, 1] of which more is better."""


class Margins(Settings):
    """A difference smaller than this does not matter; each in the metric's own unit, 0 to 1."""

    quality: float = Field(default=0.02, gt=0, lt=1, description="Drop of the mean quality score.")
    toxicity: float = Field(default=0.02, gt=0, lt=1, description="Rise of the mean toxicity score.")
    errors: float = Field(default=0.01, gt=0, lt=1, description="Rise of the share of failed interactions.")
    latency: float = Field(default=0.05, gt=0, lt=1, description="Rise of the share slower than the control's q95.")
    cost: float = Field(default=0.05, gt=0, lt=1, description="Rise of the share dearer than the control's q95.")
    feedback: float = Field(default=0.05, gt=0, lt=1, description="Drop of the share of thumbs up.")


class Experiment(Settings):
    """An A/B test: what it is about, what must not get worse, and when it is over."""

    primary: Metric = Field(default="quality", description="The metric the test is about.")
    goal: Literal["not_worse", "better"] = Field(
        default="not_worse",
        description="What the candidate must show in the primary metric to be promoted: not worse by the margin, or "
        "better than the control.",
    )
    guardrails: tuple[Metric, ...] = Field(
        default=("errors", "latency"),
        description="Metrics in which the candidate must not be worse by their margin; promotion waits for each.",
    )
    margins: Margins = Field(default=Margins(), description="Differences that do not matter, by metric.")
    alpha: float = Field(
        default=0.05,
        gt=0,
        lt=0.5,
        description="Chance of a wrong stop over the whole test, and of a wrong promotion; however often one looks.",
    )
    unit: Literal["interaction", "session"] = Field(
        default="interaction",
        description="What was assigned: each interaction by itself (a router that splits at random), or sessions that "
        "stick to one release (the column session_id; map your user's id to it where users stick).",
    )
    share: float = Field(default=0.5, gt=0, lt=1, description="Share of the units the candidate is to get.")
    min_days: float = Field(default=1, ge=0, le=365, description="No promotion before; a stop may come at any time.")
    max_days: float = Field(default=14, gt=0, le=365, description="After this the test ends, decided or not.")

    @field_validator("guardrails")
    @classmethod
    def _each_once(cls, guardrails: tuple[Metric, ...]) -> tuple[Metric, ...]:
        if len(set(guardrails)) < len(guardrails):
            raise ValueError(f"guardrails {', '.join(guardrails)} name a metric twice")
        return guardrails

    @model_validator(mode="after")
    def _an_order_of_days(self) -> Self:
        if self.primary in self.guardrails:
            raise ValueError(f"{self.primary!r} is the primary metric already; leave it out of guardrails")
        if self.min_days >= self.max_days:
            raise ValueError(f"min_days {self.min_days:g} must be less than max_days {self.max_days:g}")
        return self

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The primary metric first, then the guardrails."""
        return (self.primary, *self.guardrails)
