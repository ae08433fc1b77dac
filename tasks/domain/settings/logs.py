"""Where interactions come from."""

from __future__ import annotations

from typing import Any, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from tasks.domain.errors import SettingsError
from tasks.domain.interaction import CANONICAL_NAMES, REQUIRED_NAMES
from tasks.domain.nearest import nearest
from tasks.domain.settings.base import Settings
from tasks.domain.settings.delay import Delay

Mask = Literal["secret", "email", "iban", "card", "ip", "ssn", "phone"]
MASKS: tuple[Mask, ...] = get_args(Mask)
"""Kinds of personal data that can be masked, in the order in which they are looked for."""


class LogSource(Settings):
    """Where the interaction logs are and how their columns are named."""

    kind: Literal["files", "mlflow_traces"] = Field(
        default="files",
        description="files: log files. mlflow_traces: traces of a tracking server, an application's or its gateway's.",
    )
    path: str = Field(
        default="",
        description="kind files: file, folder or glob, such as logs/*.jsonl.gz. JSONL or CSV, plain or gzip, or "
        "Parquet, by ending.",
    )
    experiment: str | None = Field(
        default=None, description="kind mlflow_traces: name of the MLflow experiment the traces are in."
    )
    assessments: int = Field(
        default=20,
        ge=0,
        le=1000,
        description="kind mlflow_traces: so many of a window's worst interactions get their scores written back.",
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Canonical name to your column, dotted into JSON: {'service': 'model_id', 'prompt': 'req.text'}. "
        "Only what differs; a number in another unit as 'latency_s * 1000', '' for a column to be left out. Canonical: "
        + ", ".join(CANONICAL_NAMES)
        + ".",
    )
    preset: Literal["plumbline", "otel_genai", "langfuse", "litellm"] = Field(
        default="plumbline", description="A known log format; `columns` overrides single names of it."
    )
    timezone: str | None = Field(
        default=None,
        description="Zone in which times without one were written, such as UTC or Europe/Berlin; empty: the preset's, "
        "else such rows are put aside.",
    )
    segment: str | None = Field(
        default=None, description="Column that tells kinds of content apart (topic, tenant, language)."
    )
    mask: tuple[Mask, ...] = Field(
        default=(),
        description="Personal data replaced by marks such as <EMAIL_1> in what is judged and shown, of: "
        + ", ".join(MASKS)
        + "; true: all of them.",
    )
    mask_region: str = Field(
        default="US",
        pattern="^[A-Z]{2}$",
        description="Country of telephone numbers written without a country code, such as US or DE.",
    )
    settle: Delay = Field(default="10m", description="How long after its end a window is left alone, for late rows.")
    max_quarantined: float = Field(
        default=0.05, ge=0, le=1, description="Above this share of unusable rows a window is inconclusive."
    )

    @field_validator("columns")
    @classmethod
    def _canonical_on_the_left(cls, columns: dict[str, str]) -> dict[str, str]:
        for name in columns:
            if name not in CANONICAL_NAMES:
                raise SettingsError(
                    f"columns maps {{canonical name: your column}}, and {name!r} is no canonical name; "
                    f"{nearest(name, CANONICAL_NAMES)}"
                )
        if needed := [name for name in REQUIRED_NAMES if columns.get(name, name) == ""]:
            raise SettingsError(f"columns leaves out {needed[0]!r}, which every interaction needs; name your column")
        return columns

    @field_validator("timezone")
    @classmethod
    def _a_zone(cls, timezone: str | None) -> str | None:
        if timezone is not None:
            try:
                ZoneInfo(timezone)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise SettingsError(
                    f"logs.timezone {timezone!r} is no time zone; use UTC or a name such as Europe/Berlin"
                ) from None
        return timezone

    # The schema says so too: Prefect checks a run's parameters against it before this is asked.
    @field_validator("mask", mode="before", json_schema_input_type=tuple[Mask, ...] | bool)
    @classmethod
    def _all_or_some(cls, mask: Any) -> Any:
        return (MASKS if mask else ()) if isinstance(mask, bool) else mask

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.kind == "files" and not self.path:
            raise SettingsError("logs.path is missing; name a file, a folder or a glob such as logs/*.jsonl.gz")
        if self.kind == "mlflow_traces" and not self.experiment:
            raise SettingsError("logs.kind mlflow_traces needs logs.experiment, the MLflow experiment of the traces")
        return self
