"""What the files state: read and resolved by Prefect's own means, as `prefect deploy --prefect-file` does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from prefect.cli.deploy._config import _merge_with_default_deploy_config
from prefect.cli.deploy._models import DeploymentConfig, PrefectYamlModel
from prefect.utilities.templating import PlaceholderType, apply_values, find_placeholders
from pydantic import BaseModel, ValidationError

from flows.configuration.fault import Fault
from flows.configuration.server_values import KEPT_BY_THE_SERVER, resolved_by_server
from flows.configuration.traps import repeated_keys

_RESOLVED_LATER = ("triggers", "build", "push", "pull")
"""Parts whose placeholders are filled when a step or an event runs, not by the environment."""

_BESIDE = {"prefect-version", "definitions", "automations"}
"""Top-level keys beside those of `prefect deploy`: anchors, and what `prefect automation create --from-file` reads."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A deployment as a file states it, with the environment's values filled in."""

    file: str
    name: str
    key: str
    config: Mapping[str, Any]

    @property
    def entrypoint(self) -> str:
        """Where its flow is."""
        return str(self.config.get("entrypoint") or "")

    @property
    def parameters(self) -> dict[str, Any]:
        """What the flow is called with."""
        return dict(self.config.get("parameters") or {})

    @property
    def where(self) -> str:
        """File and name, for messages."""
        return f"{self.file}, {self.name}"

    @property
    def deploy(self) -> str:
        """The command that puts it on the server."""
        # `--name` is matched before the environment's values are filled in.
        which = "--all" if find_placeholders(self.key) else f"-n {self.key}"
        file = "" if self.file == "prefect.yaml" else f" --prefect-file {self.file}"
        return f"`prefect deploy {which}{file}`"


def read(file: Path) -> tuple[list[Stated], list[Fault]]:
    """Read one file; deployments that cannot be read are faults, the others are returned.

    Args:
        file: A file in the format of `prefect.yaml`.
    """
    name = str(file)
    try:
        text = file.read_text()
        raw = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        return [], [Fault(name, f"cannot be read ({type(error).__name__})", "name files such as FILES='teams/*.yaml'")]
    except yaml.YAMLError as error:
        return [], [Fault(name, f"is no YAML: {error}", "mend it there; Prefect would skip the whole file")]
    if not isinstance(raw, dict) or not isinstance(raw.get("deployments"), list):
        return [], [Fault(name, "states no list `deployments`", "see prefect.yaml for one")]
    faults = [Fault(name, words, "remove one; YAML takes the last in silence") for words in repeated_keys(text)]
    faults += _unknown(name, raw, PrefectYamlModel, known=_BESIDE)
    stated = []
    for number, config in enumerate(raw["deployments"], start=1):
        where = f"{name}, {config.get('name') or f'deployment {number}'}" if isinstance(config, dict) else name
        found = list(_misread(where, config))
        faults += found
        if not found and isinstance(config, dict):
            one, missing = _resolved(name, config)
            faults += missing
            stated += [one]
    return stated, faults


def _misread(where: str, config: Any) -> Iterator[Fault]:
    if not isinstance(config, dict):
        yield Fault(where, "a deployment is no mapping", "write `- name: ...` with its settings below")
        return
    for key in ("name", "entrypoint"):
        if not config.get(key):
            yield Fault(where, f"{key} is missing", "Prefect skips or refuses a deployment without it")
    yield from _unknown(where, config, DeploymentConfig, known=set())
    try:
        DeploymentConfig.model_validate(config)
    except ValidationError as error:
        fields = {str(one["loc"][0]): one["msg"] for one in error.errors() if one["loc"]}
        for key, words in fields.items():
            yield Fault(f"{where}, {key}", f"not in Prefect's format ({words})", "Prefect would skip the whole file")


def _unknown(where: str, given: Mapping[str, Any], model: type[BaseModel], known: set[str]) -> list[Fault]:
    """Prefect ignores keys it does not know, in silence."""
    names = [name for name in model.model_fields if name != "prefect_version"] + sorted(known)
    faults = []
    for key in given:
        if key not in names:
            near = get_close_matches(str(key), names, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
            faults.append(Fault(where, f"Prefect knows no key {key!r} here and ignores it", hint))
    return faults


def _resolved(file: str, config: dict[str, Any]) -> tuple[Stated, list[Fault]]:
    key = str(config["name"])
    later = {part: config[part] for part in _RESOLVED_LATER if part in config}
    now = {part: value for part, value in config.items() if part not in later}
    merged, faults = resolved_by_server(f"{file}, {key}", _merge_with_default_deploy_config(now))
    filled: Any = apply_values(merged, dict(os.environ), remove_notset=False)
    name = str(filled["name"])
    for placeholder in sorted(find_placeholders(filled), key=lambda one: one.name):
        if placeholder.name.startswith("ctx.") or placeholder.type in KEPT_BY_THE_SERVER:
            continue
        if placeholder.type is PlaceholderType.ENV_VAR:
            variable = placeholder.name.removeprefix("$")
            what, remedy = (
                f"environment variable {variable} is not set",
                f"export {variable}; Prefect would leave it empty",
            )
        else:
            what, remedy = f"nothing fills in {placeholder.full_match}", "for an environment variable write {{ $NAME }}"
        faults.append(Fault(f"{file}, {name}", what, remedy))
    return Stated(file, name, key, apply_values(filled, {}) | later), faults
