"""What became live when, from the record of switches."""

from __future__ import annotations

from datetime import datetime

from tasks.store import Action, ActionState, Store

MOVES = ("release", "rollback", "undo", "promotion", "moved_outside")
"""Kinds of action after which something else is live."""

SHARE = "share"
"""The kind after which a candidate gets a share of the traffic."""


def moves_of(store: Store, service: str) -> list[tuple[datetime, str]]:
    """Return when which release became live, oldest first; what was live already did not become so."""
    moves: list[tuple[datetime, str]] = []
    for action in store.actions.of(service):
        if action.kind in MOVES and action.state is ActionState.DONE and action.to_release and action.updated_at:
            if moves and moves[-1][1] == action.to_release:
                continue
            moves.append((action.updated_at, action.to_release))
    return moves


def candidate_of(store: Store, service: str) -> str | None:
    """Return the release that has a share of the traffic now; None when one release has all of it."""
    acts = routed(store, service)
    return acts[-1].to_release if acts and acts[-1].kind == SHARE else None


def routed(store: Store, service: str) -> list[Action]:
    """Return every action by which traffic took another way, oldest first."""
    return [
        action
        for action in store.actions.of(service)
        if action.kind in {*MOVES, SHARE} and action.state is ActionState.DONE
    ]
