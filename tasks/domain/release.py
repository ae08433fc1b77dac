"""A release: one deployed version of a service, and what became of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Origin(StrEnum):
    """How a release became known."""

    OBSERVED = "observed"
    REGISTERED = "registered"


class Mark(StrEnum):
    """What is held of a release."""

    NONE = ""
    GOOD = "good"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What makes a release what it is: with the same configuration it is the same release under another name.

    Attributes:
        model: The served model, e.g. `gpt-4o-mini`.
        endpoint: Where it answers.
        prompt: Its prompt: a URI of the MLflow Prompt Registry, `prompts:/name/3`.
        parameters: Temperature and whatever else it is run with.
        autoscaling: Bounds of its replicas.
        prompt_hash: Hash of what the prompt says; None where it was registered before this was kept. Two versions may
            say the same, so it stands for the prompt wherever configurations are compared.
    """

    model: str
    endpoint: str | None = None
    prompt: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    autoscaling: Mapping[str, Any] | None = None
    prompt_hash: str | None = None

    @property
    def fingerprint(self) -> str:
        """Hash of what answers: model, endpoint, prompt and parameters; bounds change no answer."""
        answers = [self.model, self.endpoint, self.prompt_hash or self.prompt, self.parameters]
        return hashlib.sha256(json.dumps(answers, sort_keys=True, default=str).encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """Return it as it is kept."""
        known = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({name: value for name, value in known.items() if value}, sort_keys=True, default=str)

    @classmethod
    def from_json(cls, text: str) -> Configuration:
        """Return what `to_json` kept."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release as the registry knows it.

    Attributes:
        service: Whose.
        name: Its name, as it stands in the logs.
        version: Its model version in the registry.
        origin: Whether people registered it or it was only seen in logs; the latter is no target of a rollback.
        registered_at: When it became known.
        configuration: What it is; None where it was only seen.
        mark: What is held of it.
        why: Why it is marked.
        live: Whether the alias points at it.
        run: Its run in the tracking server, `experiment/run`; empty before anything of it was evaluated.
    """

    service: str
    name: str
    version: str
    origin: Origin
    registered_at: datetime
    configuration: Configuration | None = None
    mark: Mark = Mark.NONE
    why: str = ""
    live: bool = False
    run: str = ""
