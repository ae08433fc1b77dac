"""Automations beside the deployments: what `prefect automation create --from-file` reads, held against the server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from prefect.events.schemas.automations import AutomationCore
from pydantic import ValidationError

from flows.configuration.fault import Fault

_DECIDES = {"trigger", "actions", "actions_on_trigger", "actions_on_resolve"}
"""What an automation does; a description that differs is none of our business."""


def check_automations(files: Sequence[Path], there: Mapping[str, AutomationCore] | None) -> list[Fault]:
    """Return what is wrong with the automations of readable files, and how the server's differ.

    Args:
        files: Files in the format of `prefect.yaml`.
        there: The server's, by name; None where no server was asked.
    """
    return [fault for file in files for given in _stated(file) for fault in _check(file, given, there)]


def _stated(file: Path) -> list[Any]:
    try:
        raw = yaml.safe_load(file.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return []  # told where the deployments are read
    found = raw.get("automations") if isinstance(raw, dict) else None
    return found if isinstance(found, list) else []


def _check(file: Path, given: Any, there: Mapping[str, AutomationCore] | None) -> Iterator[Fault]:
    name = given.get("name") if isinstance(given, dict) else None
    where = f"{file}, automation {name or 'without a name'}"
    try:
        here = AutomationCore.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        yield Fault(where, f"Prefect would refuse {path or 'it'} ({first['msg']})", "see prefect.yaml for one")
        return
    if there is None:
        return
    found = there.get(here.name)
    if found is None:
        yield Fault(where, "not on the server", f"`prefect automation create --from-file {file}` creates all of a file")
        return
    if found.enabled != here.enabled:
        state = "on" if found.enabled else "off"
        yield Fault(where, f"switched {state} on the server, not so here", "switch it there, or state it (`enabled`)")
    differing = [part for part in sorted(_DECIDES) if getattr(found, part) != getattr(here, part)]
    if differing:
        remedy = f"`prefect automation delete {here.name}` and create it again, or write the server's into the file"
        yield Fault(where, f"{' and '.join(differing)} on the server differ from the file's", remedy)
