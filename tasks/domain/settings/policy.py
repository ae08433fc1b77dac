"""What a release is compared with, how often one may be wrong, and what may be done about a failure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from tasks.domain.errors import SettingsError
from tasks.domain.settings.base import Settings
from tasks.domain.settings.delay import Delay
from tasks.domain.settings.secret import SecretName
from tasks.domain.settings.words import Line, Name
from tasks.domain.window import aware_utc


class Baseline(Settings):
    """What a release is compared with."""

    kind: Literal["predecessor", "release", "period"] = Field(
        default="predecessor",
        description="predecessor: the release before it. release: a named one. period: healthy windows of a period.",
    )
    release: Name | None = Field(default=None, description="kind release: its name.")
    start: datetime | None = Field(default=None, description="kind period: from here.")
    end: datetime | None = Field(default=None, description="kind period: up to here.")
    days: float = Field(
        default=28,
        gt=0,
        le=365,
        description="kinds predecessor and release: how far back healthy windows are taken, in days before the release "
        "on trial began.",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "release" and not self.release:
            raise SettingsError("baseline.kind release needs baseline.release, its name in the logs")
        if self.kind == "period":
            if self.start is None or self.end is None:
                raise SettingsError("baseline.kind period needs baseline.start and baseline.end")
            start, end = aware_utc(self.start, "baseline.start"), aware_utc(self.end, "baseline.end")
            if start >= end:
                raise SettingsError(f"baseline.start {start:%Y-%m-%d %H:%M}Z must lie before baseline.end")
        return self


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
        description="off: evidence of any drop, and an estimated drop of at least the margin. on: evidence that the "
        "drop is larger than the margin, which takes longer.",
    )
    cooldown: Delay = Field(default="6h", description="No second rollback within this time.")
    freshness: Delay = Field(
        default="24h", description="Evidence older than this never acts, and an open window is tried again this long."
    )
    max_rollbacks_per_day: int = Field(default=2, ge=0, le=24, description="Rollbacks within 24 hours, at most.")
    max_age: Delay = Field(default="90d", description="No rollback to a release that served longer ago than this.")
    approval_timeout: Delay = Field(default="1h", description="mode approve: how long a person is waited for.")
    approval_default: Literal["reject", "approve"] = Field(
        default="reject", description="mode approve: what it is when nobody answers in time."
    )
    recovery_windows: int = Field(
        default=3, ge=1, le=100, description="Windows after a rollback in which the service must have recovered."
    )
    max_catch_up: int = Field(default=48, ge=1, le=10_000, description="Windows a scheduled run goes back at most.")


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
    secret: SecretName | None = Field(
        default=None, description="kind webhook: name of the secret requests are signed with (HMAC-SHA256)."
    )
    endpoint: str | None = Field(default=None, description="kind mlflow_gateway: name of the endpoint.")
    settle: Delay = Field(
        default="60s",
        description="kind mlflow_gateway: how long its workers may answer from their cache after a switch.",
    )
    allow_private: bool = Field(default=False, description="Whether url may be a loopback or private address.")

    @property
    def is_router(self) -> bool:
        """Whether there is anything to switch beside the alias."""
        return self.kind != "alias"

    @property
    def words(self) -> str:
        """What it is, for people; of an address the host alone, since the rest may carry a token."""
        if self.kind == "mlflow_gateway":
            return f"mlflow_gateway, endpoint {self.endpoint}"
        return f"webhook {_host(self.url or '')}" if self.is_router else "the alias alone"

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

    urls: tuple[SecretName, ...] = Field(
        default=(),
        description="Names of secrets that hold an Apprise URL or a webhook address. Never the address itself.",
    )
    blocks: tuple[str, ...] = Field(default=(), description="Prefect notification blocks, as type/name.")
    owner: Line | None = Field(default=None, description="Who owns the service; stands in every message.")
    runbook: Line | None = Field(default=None, description="Where the runbook is; stands in every message.")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What holds the addresses."""
        return self.urls


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…"
