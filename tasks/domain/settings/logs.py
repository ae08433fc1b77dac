"""Where interactions come from."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Literal

from pydantic import Field, field_validator

from tasks.domain.errors import SettingsError
from tasks.domain.interaction import CANONICAL_NAMES
from tasks.domain.settings.base import Settings
from tasks.domain.window import parse_delay


class LogSource(Settings):
    """Where the interaction logs are and how their columns are named."""

    kind: Literal["files"] = Field(default="files", description="What kind of place the logs are in.")
    path: str = Field(
        description="File, folder or glob, such as logs/*.jsonl.gz. JSONL or CSV, plain or gzip, or Parquet, by ending."
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Canonical name to your column, dotted into JSON: {'service': 'model_id', 'prompt': 'req.text'}. "
        "Only what differs. Canonical: " + ", ".join(CANONICAL_NAMES) + ".",
    )
    preset: Literal["plumbline", "otel_genai", "langfuse", "litellm"] = Field(
        default="plumbline", description="A known log format; `columns` overrides single names of it."
    )
    segment: str | None = Field(
        default=None, description="Column that tells kinds of content apart (topic, tenant, language)."
    )
    settle: str = Field(default="10m", description="How long after its end a window is left alone, for late rows.")
    max_quarantined: float = Field(
        default=0.05, ge=0, le=1, description="Above this share of unusable rows a window is inconclusive."
    )

    @field_validator("columns")
    @classmethod
    def _canonical_on_the_left(cls, columns: dict[str, str]) -> dict[str, str]:
        for name in columns:
            if name not in CANONICAL_NAMES:
                near = get_close_matches(name, CANONICAL_NAMES, n=1, cutoff=0.5)
                hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(CANONICAL_NAMES)}"
                raise SettingsError(
                    f"columns maps {{canonical name: your column}}, and {name!r} is no canonical name; {hint}"
                )
        return columns

    @field_validator("settle")
    @classmethod
    def _a_delay(cls, settle: str) -> str:
        parse_delay(settle)
        return settle
