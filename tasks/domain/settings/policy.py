"""What a release is compared with, how often one may be wrong, and what may be done about a failure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from tasks.domain.settings.base import Settings
from tasks.domain.settings.secret import secret_name
from tasks.domain.settings.words import Line
from tasks.domain.window import parse_delay


class Baseline(Settings):
    """What a release is compared with."""

    kind: Literal["predecessor", "release", "period"] = Field(
        default="predecessor",
        description="predecessor: the release before it. release: a named one. period: healthy windows of a period.",
    )
    release: str | None = Field(default=None, description="kind release: its name.")
    start: datetime | None = Field(default=None, description="kind period: from here.")
    end: datetime | None = Field(default=None, description="kind period: up to here.")
    days: float = Field(default=28, gt=0, le=365, description="How far back its healthy windows are taken.")


class Policy(Settings):
    """What is done about a failure, and how often it may be wrong."""

    mode: Literal["off", "dry_run", "approve", "auto"] = Field(
        default="dry_run",
        description="off: only report. dry_run: say what would be done. approve: ask a person. auto: do it.",
    )
    false_rollbacks_per_year: float = Field(
        default=0.1, gt=0, le=12, description="False rollbacks a year, at most, over all monitors of the service."
    )
    warns_per_year: float = Field(default=4, gt=0, le=365, description="False warnings a year, at most.")
    strict: bool = Field(
        default=False,
        description="Put the margin into the hypothesis (slower, exact) instead of demanding it of the estimate.",
    )
    cooldown: str = Field(default="6h", description="No second rollback within this time.")
    freshness: str = Field(
        default="24h", description="Evidence older than this never acts, and an open window is tried again this long."
    )
    max_rollbacks_per_day: int = Field(default=2, ge=0, le=24, description="Rollbacks within 24 hours, at most.")
    max_age: str = Field(default="90d", description="No rollback to a release that served longer ago than this.")
    approval_timeout: str = Field(
        default="1h",
        description="mode approve: how long a person is waited for.",
    )
    approval_default: Literal["reject", "approve"] = Field(
        default="reject", description="mode approve: what it is when nobody answers in time."
    )
    recovery_windows: int = Field(
        default=3, ge=1, le=100, description="Windows after a rollback in which the service must have recovered."
    )
    max_catch_up: int = Field(default=48, ge=1, le=10_000, description="Windows a scheduled run goes back at most.")

    @field_validator("cooldown", "freshness", "max_age", "approval_timeout")
    @classmethod
    def _a_delay(cls, text: str) -> str:
        parse_delay(text)
        return text


class Target(Settings):
    """How traffic is switched."""

    kind: Literal["alias", "webhook", "mlflow_gateway"] = Field(
        default="alias",
        description="alias: the registry alias `live`, which the application asks. webhook: a signed request to your "
        "router. mlflow_gateway: an endpoint of the MLflow AI Gateway. The alias moves in every case, last.",
    )
    url: str | None = Field(
        default=None,
        description="kind webhook: where the switch is posted to. kind mlflow_gateway: the tracking server.",
    )
    read_back_url: str | None = Field(
        default=None, description='kind webhook: answers {"release": ...}, what serves now; empty: GET of url.'
    )
    secret: str | None = Field(
        default=None, description="kind webhook: name of the secret requests are signed with (HMAC-SHA256)."
    )
    endpoint: str | None = Field(default=None, description="kind mlflow_gateway: name of the endpoint.")
    settle: str = Field(
        default="60s",
        description="kind mlflow_gateway: how long its workers may answer from their cache after a switch.",
    )
    allow_private: bool = Field(default=False, description="Whether url may be a loopback or private address.")

    @field_validator("settle")
    @classmethod
    def _a_delay(cls, text: str) -> str:
        parse_delay(text)
        return text

    @field_validator("secret")
    @classmethod
    def _a_name(cls, name: str | None) -> str | None:
        return secret_name(name) if name is not None else None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What requests to a router are signed with."""
        return (self.secret,) if self.kind == "webhook" and self.secret else ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "webhook" and not (self.url and self.secret):
            raise ValueError("target.kind webhook needs url and secret (the name of the secret it is signed with)")
        if self.kind == "mlflow_gateway" and not self.endpoint:
            raise ValueError("target.kind mlflow_gateway needs endpoint, the name of the gateway's endpoint")
        return self


class Alerts(Settings):
    """Whom to tell, and what they need to know."""

    urls: tuple[str, ...] = Field(
        default=(),
        description="Names of secrets that hold an Apprise URL or a webhook address. Never the address itself.",
    )
    blocks: tuple[str, ...] = Field(default=(), description="Prefect notification blocks, as type/name.")
    owner: Line | None = Field(default=None, description="Who owns the service; stands in every message.")
    runbook: Line | None = Field(default=None, description="Where the runbook is; stands in every message.")

    @field_validator("urls")
    @classmethod
    def _names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(secret_name(name) for name in names)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What holds the addresses."""
        return self.urls
