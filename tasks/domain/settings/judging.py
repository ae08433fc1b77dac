"""Who judges, how fast, for how much; and how many interactions are shown to the judge."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from tasks.domain.errors import SettingsError
from tasks.domain.judge_shift import FEWEST
from tasks.domain.settings.base import Settings
from tasks.domain.settings.delay import Delay
from tasks.domain.settings.secret import SecretName
from tasks.domain.settings.words import Name


class Judge(Settings):
    """The judge: any OpenAI-compatible endpoint, or an offline heuristic for trying things out."""

    provider: Literal["openai", "heuristic"] = Field(
        default="openai",
        description="openai: any OpenAI-compatible endpoint. heuristic: offline word overlap, no LLM, for trials.",
    )
    model: Name = Field(default="gpt-4o-mini", min_length=1, description="The judge's model.")
    base_url: str | None = Field(
        default=None, description="Address of the endpoint; empty: OPENAI_BASE_URL, else OpenAI's own."
    )
    api_key: SecretName = Field(
        default="OPENAI_API_KEY",
        description="Name of the environment variable or Prefect Secret block with the key. Never the key itself.",
    )
    rubric: str = Field(
        default="default",
        min_length=1,
        description="What the judge is asked: default, reference, instructions, refusal; or your own, by name or URI "
        "in the MLflow Prompt Registry (prompts:/name/3), with its criteria as lines `- name: question`.",
    )
    mode: Literal["chat", "batch"] = Field(
        default="chat",
        description="chat: answers at once. batch: the endpoint's batch API, half the price, minutes to hours.",
    )
    batch_deadline: Delay = Field(
        default="6h", description="mode batch: what is unanswered after this long is asked in chat mode."
    )
    anchors: int = Field(
        default=100,
        ge=0,
        le=1000,
        description="Baseline interactions judged again, to see whether the judge itself moved: 16 in each run, all of "
        f"them before a fail counts; at least {FEWEST}, or 0: none.",
    )
    max_concurrency: int = Field(default=64, ge=1, le=4096, description="Requests in flight at most.")
    requests_per_minute: float | None = Field(
        default=None, gt=0, description="The endpoint's limit, if it has one; requests are paced evenly below it."
    )
    tokens_per_minute: float | None = Field(
        default=None, gt=0, description="The endpoint's token limit, if it has one."
    )
    budget_usd_per_day: float | None = Field(
        default=None, gt=0, description="Judge spend a day (UTC) over all runs; beyond it the rest stays unscored."
    )
    timeout_seconds: float = Field(default=60, gt=0, le=3600, description="One request, at most.")
    coverage_floor: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="Below this scored share of the sample, quality and toxicity are inconclusive.",
    )

    @field_validator("anchors")
    @classmethod
    def _enough_to_tell(cls, anchors: int) -> int:
        if 0 < anchors < FEWEST:
            raise SettingsError(
                f"judge.anchors {anchors} would be paid for and tell nothing: it takes at least {FEWEST} to see "
                "whether the judge moved; 0 switches them off"
            )
        return anchors

    @property
    def asks_a_model(self) -> bool:
        """Whether a model answers, which takes a key and costs money; only the heuristic is none."""
        return self.provider != "heuristic"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The endpoint's key."""
        return (self.api_key,) if self.asks_a_model else ()


class Sampling(Settings):
    """Which interactions of a window are judged: the same ones each time, by keyed hash of their id."""

    per_window: int = Field(
        default=200, ge=1, le=100_000, description="Interactions judged in each window and release."
    )
    seed: int = Field(default=0, description="Key of the hash; another seed picks another sample.")
