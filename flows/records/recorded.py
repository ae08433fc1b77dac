"""Actions of one kind in the store: found, and moved on if they are where they are thought to be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from flows.records.kinds import ActionKind
from flows.running.clock import now
from tasks.domain.window import parse_delay
from tasks.store import Action, ActionState, Store

OPEN = (ActionState.REQUESTED, ActionState.REFUSED, ActionState.FAILED)
"""What was refused may be asked for again, once its conditions hold."""

_GRACE = timedelta(minutes=10)
"""After its time-out a run that waits for a person is given this long to say so itself."""


def is_forsaken(action: Action, approval_timeout: str) -> bool:
    """Whether an action waits for a person whom nobody asks any more: the run that asked has died.

    Args:
        action: The action.
        approval_timeout: How long its run waited, as the policy has it.
    """
    if action.state is not ActionState.WAITING or action.updated_at is None:
        return False
    return action.updated_at + parse_delay(approval_timeout) + _GRACE < now()


class Recorded:
    """The actions of one kind of one service.

    Args:
        service: Whose.
        store: Where they are kept.
    """

    kind: ClassVar[ActionKind]

    def __init__(self, service: str, store: Store) -> None:
        self._service = service
        self._actions = store.actions

    def newest(self) -> Action | None:
        """Return what was recorded last; None when there is nothing."""
        return self._actions.last(self._service, self.kind)

    def find(self, action_id: str | None) -> Action | None:
        """Return an action of this kind and service by its id, or the newest; None when there is none."""
        if action_id is None:
            return self.newest()
        action = self._actions.get(action_id)
        return action if action is not None and (action.service, action.kind) == (self._service, self.kind) else None

    def move(self, action: Action, before: ActionState, after: ActionState, **more: object) -> bool:
        """Move an action on if it is where it is thought to be, adding to its detail."""
        known = self._actions.get(action.id) or action
        return self._actions.update_state(action.id, before, after, detail=dict(known.detail) | more, at=now())

    def refuse(self, action: Action, words: str, *also: ActionState) -> None:
        """Say of an action that is open, or in one of the other states, that it was refused, and why."""
        for state in (*OPEN, *also):
            self.move(action, state, ActionState.REFUSED, refused=words)

    def take_up(self, action: Action, after: ActionState) -> None:
        """Take an open action up."""
        for state in OPEN:
            self.move(action, state, after)

    def retrieve(self, action: Action, approval_timeout: str) -> Action:
        """Return an action; one whose run died while it waited for a person is open again."""
        if is_forsaken(action, approval_timeout):
            self.move(action, ActionState.WAITING, ActionState.REQUESTED)
        return self._actions.get(action.id) or action

    def _reopen(self, action: Action, detail: dict[str, Any]) -> Action:
        """Ask for an open action anew, with what is known of it now; one that was taken up stays as it is."""
        for state in OPEN:
            self._actions.update_state(action.id, state, ActionState.REQUESTED, detail=detail, at=now())
        return self._actions.get(action.id) or action
