"""Secrets by name: the environment's, else a Prefect Secret block's."""

from __future__ import annotations

import os

from prefect.blocks.system import Secret


def secret(name: str) -> str | None:
    """Return the secret of that name; None when there is none."""
    value = os.environ.get(name)
    if value:
        return value
    try:
        block = Secret.load(name.lower().replace("_", "-"))
    except ValueError:
        return None
    found: str = block.get()  # type: ignore[union-attr]  # Prefect types a sync call as maybe awaitable
    return found
