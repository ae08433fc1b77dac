"""What became live when, from the record of switches."""

from __future__ import annotations

from datetime import datetime

from tasks.store import ActionState, Store

MOVES = ("release", "rollback", "undo", "moved_outside")
"""Kinds of action after which something else is live."""


def moves_of(store: Store, service: str) -> list[tuple[datetime, str]]:
    """Return when which release became live, oldest first."""
    return [
        (action.updated_at, action.to_release)
        for action in store.actions.of(service)
        if action.kind in MOVES and action.state is ActionState.DONE and action.to_release and action.updated_at
    ]
