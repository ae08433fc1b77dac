"""A block for `prefect.yaml`, ready to be used: a deployment of `evaluate` that states only what differs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import yaml

from flows.running.artifacts import slug
from tasks.domain.errors import SettingsError
from tasks.domain.settings.base import Settings
from tasks.domain.window import parse_length

_HEAD = """\
# Written by `make try`. Copy the deployment into prefect.yaml, or: prefect deploy --all --prefect-file {path}
name: plumbline
pull:
  - prefect.deployments.steps.set_working_directory:
      directory: "{{{{ $PWD }}}}"
deployments:
"""

_FILLED_IN = re.compile(r"{{\s*[\w.\-\[\]$]+\s*}}")
"""What Prefect puts variables and secrets in for, when it deploys."""


@dataclass(frozen=True)
class Remarks:
    """Comments of a block.

    Attributes:
        heads: Lines before it.
        beside: What stands beside a line, by its (key, value).
    """

    heads: Sequence[str] = ()
    beside: Mapping[tuple[str, Any], str] = field(default_factory=dict)


def prefect_file(service: str, parameters: Mapping[str, Any], path: str, remarks: Remarks = Remarks()) -> str:
    """Return a whole file in Prefect's format with the one deployment.

    Args:
        service: Which.
        parameters: Of `evaluate`, beside the service; only what differs from the defaults.
        path: Where the file will lie.
        remarks: What to say of it.
    """
    return _HEAD.format(path=path) + deployment(service, parameters, remarks)


def deployment(service: str, parameters: Mapping[str, Any], remarks: Remarks = Remarks()) -> str:
    """Return the entry below `deployments:`.

    Args:
        service: Which.
        parameters: Of `evaluate`, beside the service; only what differs from the defaults.
        remarks: What to say of it.

    Raises:
        SettingsError: when a name in it, which may come from logs, would be filled in by Prefect: nothing quotes it.
    """
    entry = {
        "name": slug(service),
        "entrypoint": "flows.evaluation.evaluate",
        "work_pool": {"name": "plumbline"},
        "concurrency_limit": {"limit": 1, "collision_strategy": "CANCEL_NEW"},
        "tags": ["plumbline", service],
        "schedules": [{"cron": _cron(parse_length(parameters.get("window", "1h"))), "timezone": "UTC"}],
        "parameters": {"service": service, **parameters},
    }
    text = as_yaml([entry], indent=2)
    if found := _FILLED_IN.search(text):
        raise SettingsError(
            f"{found[0]!r} stands in a name of these logs, and Prefect would put a variable or secret in its place; "
            "choose another service or column, or rename it"
        )
    # A schedule has a time zone too; remarks speak of the settings.
    before, mark, settings = text.partition("    parameters:\n")
    return "".join(f"  # {head}\n" for head in remarks.heads) + before + mark + remarked(settings, remarks.beside)


def differing(chosen: Mapping[str, Settings]) -> dict[str, Any]:
    """Return of each setting what differs from the defaults; nothing where nothing does.

    The judge's limit of a day is left out: it was that of the trial, and nobody said what a day of production may cost.
    """
    limit = {"judge": {"budget_usd_per_day"}}
    changed = {
        name: one.model_dump(mode="json", exclude_defaults=True, exclude=limit.get(name))
        for name, one in chosen.items()
    }
    return {name: values for name, values in changed.items() if values}


def remarked(text: str, beside: Mapping[tuple[str, Any], str]) -> str:
    """Return YAML with comments beside some lines; a value that takes several lines gets none."""
    comments = {as_yaml({key: value}).strip("\n"): comment for (key, value), comment in beside.items()}
    lines = [(line, comments.get(line.strip(" -"))) for line in text.splitlines()]
    return "".join(f"{line}  # {comment}\n" if comment else f"{line}\n" for line, comment in lines)


def as_yaml(values: Any, indent: int = 0) -> str:
    """Return values as YAML, in their order."""
    text: str = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=1_000)
    return "".join(f"{' ' * indent}{line}\n" for line in text.splitlines())


def _cron(window: timedelta) -> str:
    """A quarter past the end of each window, so that late rows have arrived (`logs.settle`)."""
    hours = window // timedelta(hours=1)
    if hours < 1:
        return f"*/{window // timedelta(minutes=1)} * * * *"
    return "15 * * * *" if hours == 1 else f"15 */{hours} * * *" if hours < 24 else "15 0 * * *"
