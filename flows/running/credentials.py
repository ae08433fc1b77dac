"""Secrets by name: the environment's, else a Prefect Secret block's."""

from __future__ import annotations

import os
from collections.abc import Iterable

from prefect.blocks.system import Secret
from prefect.runtime import deployment


def secret(name: str) -> str | None:
    """Return the secret of that name; None when there is none."""
    value = os.environ.get(name)
    if value:
        return value
    try:
        block = Secret.load(block_name(name))
    except ValueError:
        return None
    found: str = block.get()  # type: ignore[union-attr]  # Prefect types a sync call as maybe awaitable
    return found


def drop(names: Iterable[str]) -> list[str]:
    """Take secrets that move traffic out of a process that only rings for it; returns in words what was dropped.

    Only a deployment rings: run anywhere else, the same process goes on to switch.

    Args:
        names: Of the secrets.
    """
    if not deployment.id:
        return []
    return [
        f"{name} moves traffic, and stood in the environment of what reads logs: dropped; give it to the pool of what "
        "switches alone"
        for name in names
        if os.environ.pop(name, None)
    ]


def block_name(name: str) -> str:
    """Return the name of the Secret block in which a secret is looked for; Prefect knows small letters and dashes."""
    return name.lower().replace("_", "-")
