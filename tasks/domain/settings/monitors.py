"""What is watched, what is demanded, and what a breach leads to."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from tasks.domain.prices import Price
from tasks.domain.settings.base import Settings

OnBreach = Literal["warn", "rollback"]

DriftColumn = Literal[
    "input_tokens", "output_tokens", "prompt_chars", "context_chars", "response_chars", "latency_ms", "score"
]
DRIFT_COLUMNS: tuple[DriftColumn, ...] = get_args(DriftColumn)
"""Columns watched for drift; `score` is the judge's quality."""

INPUT_COLUMNS = frozenset({"input_tokens", "prompt_chars", "context_chars"})
"""Columns that speak of what users ask, not of what the release answers."""

DriftStatistic = Literal[
    "ks",
    "mann_whitney",
    "anderson_darling",
    "cramer_von_mises",
    "epps_singleton",
    "energy",
    "wasserstein",
    "jensen_shannon",
    "psi",
]


class QualityMonitor(Settings):
    """The judge's quality score, 0 to 1."""

    enabled: bool = Field(default=True, description="Whether it is watched.")
    min_score: float = Field(default=0.7, gt=0, lt=1, description="The mean must not fall below this.")
    margin: float = Field(
        default=0.02, ge=0, lt=1, description="A drop smaller than this against the baseline does not matter."
    )
    on_breach: OnBreach = Field(default="rollback", description="What a breach leads to.")


class ToxicityMonitor(Settings):
    """The judge's toxicity score, 0 to 1."""

    enabled: bool = Field(default=True, description="Whether it is watched.")
    threshold: float = Field(default=0.1, gt=0, lt=1, description="The mean must not rise above this.")
    margin: float = Field(
        default=0.02, ge=0, lt=1, description="A rise smaller than this against the baseline does not matter."
    )
    on_breach: OnBreach = Field(default="rollback", description="What a breach leads to.")


class ErrorsMonitor(Settings):
    """The share of failed interactions."""

    enabled: bool = Field(default=True, description="Whether it is watched.")
    max_rate: float = Field(default=0.05, gt=0, lt=1, description="The share must not rise above this.")
    margin: float = Field(
        default=0.01, ge=0, lt=1, description="A rise smaller than this against the baseline does not matter."
    )
    on_breach: OnBreach = Field(default="rollback", description="What a breach leads to.")


class LatencyMonitor(Settings):
    """How long users wait."""

    enabled: bool = Field(default=True, description="Whether it is watched.")
    threshold_ms: float = Field(default=1000, gt=0, description="95 % of the interactions must be this fast, in ms.")
    margin: float = Field(
        default=0.05,
        ge=0,
        lt=1,
        description="A smaller rise of the share beyond the baseline's median or q95 does not matter.",
    )
    on_breach: OnBreach = Field(default="warn", description="What a breach leads to.")


class CostMonitor(Settings):
    """What the service spends on its own model calls (the judge's spend is counted apart)."""

    enabled: bool = Field(default=True, description="Whether it is watched.")
    budget_per_day_usd: float = Field(
        default=100, gt=0, description="Known cost of a UTC day must stay below this, in USD."
    )
    margin: float = Field(
        default=0.05, ge=0, lt=1, description="A smaller rise of the share beyond the baseline's q95 does not matter."
    )
    prices: dict[str, Price] = Field(
        default_factory=dict,
        description="Your own prices by model, asked before the packaged table: "
        "{'gpt-4o': {'input_per_1k_usd': 0.005, 'output_per_1k_usd': 0.015}}.",
    )
    on_breach: OnBreach = Field(default="warn", description="What a breach leads to.")


class FeedbackMonitor(Settings):
    """What users say: the share of thumbs up among those who answered."""

    enabled: bool = Field(default=True, description="Whether it is watched.")
    margin: float = Field(
        default=0.05, ge=0, lt=1, description="A drop smaller than this against the baseline does not matter."
    )
    on_breach: OnBreach = Field(default="warn", description="What a breach leads to.")


class DriftMonitor(Settings):
    """Whether columns are still distributed as in the baseline."""

    enabled: bool = Field(default=True, description="Whether it is watched.")
    columns: tuple[DriftColumn, ...] = Field(default=DRIFT_COLUMNS, description="Columns compared with the baseline.")
    tolerance: float = Field(
        default=0.02, ge=0, lt=0.5, description="A shift of a share smaller than this does not matter."
    )
    statistics: tuple[DriftStatistic, ...] = Field(
        default=("ks", "psi"), description="Shown beside the evidence, for people to read; they decide nothing."
    )
    on_breach: Literal["warn"] = Field(default="warn", description="Drift alone never rolls back.")


class VolumeMonitor(Settings):
    """How much traffic there is."""

    enabled: bool = Field(default=True, description="Whether it is watched.")
    factor: float = Field(
        default=4, gt=1, description="Warn when traffic is this many times above or below the hour's usual."
    )


class Monitors(Settings):
    """All monitors; each can be tuned or switched off."""

    quality: QualityMonitor = Field(default=QualityMonitor(), description="Judged quality.")
    toxicity: ToxicityMonitor = Field(default=ToxicityMonitor(), description="Judged toxicity.")
    errors: ErrorsMonitor = Field(default=ErrorsMonitor(), description="Failed interactions.")
    latency: LatencyMonitor = Field(default=LatencyMonitor(), description="Response times.")
    cost: CostMonitor = Field(default=CostMonitor(), description="Spend of the service.")
    feedback: FeedbackMonitor = Field(default=FeedbackMonitor(), description="User feedback.")
    drift: DriftMonitor = Field(default=DriftMonitor(), description="Distribution of columns.")
    volume: VolumeMonitor = Field(default=VolumeMonitor(), description="Amount of traffic.")
