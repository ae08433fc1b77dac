"""Standing orders of people: silence and hold, each until a time."""

from __future__ import annotations

from datetime import datetime

from flows.running.clock import now
from tasks.store import Action, ActionState, Store


def in_force(store: Store, service: str, kind: str) -> Action | None:
    """Return the silence or hold that is in force for a service, its own or everybody's; None when there is none."""
    for whose in (service, "*"):
        last = store.actions.last(whose, kind, ActionState.DONE)
        if last is not None and datetime.fromisoformat(last.detail["until"]) > now():
            return last
    return None
