"""Standing orders of people: silence and hold, each until a time."""

from __future__ import annotations

from datetime import datetime

from flows.records.kinds import ActionKind
from flows.running.clock import now
from tasks.domain.errors import RefusedError
from tasks.store import Action, ActionState, Store


def in_force(store: Store, service: str, kind: ActionKind) -> Action | None:
    """Return the silence or hold that is in force for a service, its own or everybody's; None when there is none."""
    for whose in (service, "*"):
        last = store.actions.last(whose, kind, ActionState.DONE)
        if last is not None and datetime.fromisoformat(last.detail["until"]) > now():
            return last
    return None


def refuse_while_held(store: Store, service: str, stands: str) -> None:
    """Let nobody switch while a hold is in force, whoever asks: who ordered it relies on that.

    Args:
        store: Where orders are kept.
        service: Whose traffic.
        stands: What was done so far, in words.

    Raises:
        RefusedError: naming who holds it, until when, and how that ends.
    """
    if hold := in_force(store, service, ActionKind.HOLD):
        raise RefusedError(
            f"{service!r} is held until {hold.detail['until'][:16]}Z by {hold.by} ({hold.reason}): {stands}; "
            "respond resume ends the hold"
        )
