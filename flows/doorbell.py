"""The doorbell: a decision to roll back is recorded, told as an event, and taken up where the credentials are."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from prefect.runtime import deployment

from flows.clock import now
from flows.decision import Decision
from flows.emitting import emit
from tasks.store import Action, ActionState, Store

if TYPE_CHECKING:
    from tasks.domain.report import RollbackReport


def record_decision(store: Store, decision: Decision, to: str | None, state: ActionState, refused: str) -> bool:
    """Record a decision; one that was refused before may be asked for again, now that its conditions hold.

    Args:
        store: Where actions are kept.
        decision: What was decided.
        to: Where it goes.
        state: Requested, or refused.
        refused: Why, where it is.

    Returns:
        Whether there is news: False when it was refused before already.
    """
    detail = decision.detail() | ({"refused": refused} if refused else {})
    if state is ActionState.REQUESTED and store.actions.update_state(
        decision.id, ActionState.REFUSED, state, detail=detail, at=now()
    ):
        return True
    new = store.actions.record(
        Action(
            id=decision.id,
            service=decision.service,
            kind="rollback",
            reason=decision.reason,
            by="policy",
            state=state,
            from_release=decision.release,
            to_release=to,
            decision_id=decision.id,
            detail=detail,
            created_at=now(),
        )
    )
    return new or state is ActionState.REQUESTED


def tell_refused(decision: Decision, words: str) -> None:
    """Tell that a rollback was not even asked for, and why."""
    emit("rollback.refused", decision.service, decision_id=decision.id, reason=words)


def ring(decision: Decision) -> str:
    """Tell that a rollback is asked for: from a deployment that starts `roll_back` elsewhere, else it runs here."""
    emit("rollback.requested", decision.service, decision_id=decision.id, reason=decision.reason)
    if deployment.id:
        return f"rollback of {decision.release} requested (decision {decision.id})"
    from flows.rollback import roll_back

    state = roll_back(
        service=decision.service, reason=decision.reason, decision_id=decision.id, by="policy", return_state=True
    )
    return cast("RollbackReport", state.result(raise_on_failure=False)).text
