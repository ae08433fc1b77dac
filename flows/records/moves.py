"""What became live when, from the record of switches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flows.records.kinds import ActionKind
from tasks.store import Action, ActionState, Store

MOVES: Mapping[str, str] = {
    ActionKind.RELEASE: "released",
    ActionKind.ROLLBACK: "rolled back",
    ActionKind.UNDO: "rollback undone",
    ActionKind.PROMOTION: "promoted",
    ActionKind.MOVED_OUTSIDE: "moved outside Plumbline",
}
"""Kinds of action after which something else is live, with the words for it."""

ROUTED: Mapping[str, str] = {**MOVES, ActionKind.SHARE: "given a share"}
"""Kinds of action by which traffic takes another way, with the words for it."""

IN_THE_MIDDLE = frozenset({ActionState.STARTED, ActionState.SWITCHED})
"""Where a crash leaves a switch that had begun."""


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
    return acts[-1].to_release if acts and acts[-1].kind == ActionKind.SHARE else None


def routed(store: Store, service: str) -> list[Action]:
    """Return every action by which traffic took another way, oldest first."""
    return [
        action for action in store.actions.of(service) if action.kind in ROUTED and action.state is ActionState.DONE
    ]


def decided_by(action: Action) -> str:
    """Return in words who decided it: who asked for it and, where a person was asked, who said yes and why."""
    by, yes, why = action.by or "somebody", action.detail.get("approved_by"), action.detail.get("approved_why")
    if not yes or yes == action.by:
        return by
    return f"{by}, approved by {yes}: {why}" if why else f"{by}, approved by {yes}"


def in_the_middle(store: Store, service: str) -> list[Action]:
    """Return the switches that a crash left in the middle, or that are at work right now, oldest first."""
    unfinished = store.actions.unfinished(service)
    return [action for action in unfinished if action.kind in ROUTED and action.state in IN_THE_MIDDLE]
