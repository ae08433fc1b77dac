"""Secrets by name: the environment's, else a Prefect Secret block's."""

from __future__ import annotations

import os
from collections.abc import Iterable

from prefect.blocks.system import Secret


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
    """Take secrets out of this process, which has no business with them; returns in words what was dropped.

    Args:
        names: Of the secrets.
    """
    return [
        f"{name} moves traffic, and stood in the environment of what reads logs: dropped; give it to the pool of "
        "roll_back alone"
        for name in names
        if os.environ.pop(name, None)
    ]


def block_name(name: str) -> str:
    """Return the name of the Secret block in which a secret is looked for; Prefect knows small letters and dashes."""
    return name.lower().replace("_", "-")
