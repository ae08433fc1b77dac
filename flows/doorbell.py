"""The doorbell: a decision to roll back is recorded, told as an event, and taken up where the credentials are."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from prefect.events import emit_event
from prefect.runtime import deployment

from flows.clock import now
from flows.decision import Decision
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


def tell_rollback(what: str, decision: Decision, words: str) -> None:
    """Tell `plumbline.rollback.<what>`: the trigger of `roll_back` listens for `requested`."""
    emit_event(
        event=f"plumbline.rollback.{what}",
        resource={
            "prefect.resource.id": f"plumbline.service.{decision.service}",
            "prefect.resource.name": decision.service,
        },
        payload={"service": decision.service, "decision_id": decision.id, "reason": words},
    )


def ring(decision: Decision) -> str:
    """From a deployment the event is the doorbell that starts `roll_back` elsewhere; otherwise it runs here."""
    if deployment.id:
        return f"rollback of {decision.release} requested (decision {decision.id})"
    from flows.rollback import roll_back

    state = roll_back(
        service=decision.service, reason=decision.reason, decision_id=decision.id, by="policy", return_state=True
    )
    return cast("RollbackReport", state.result(raise_on_failure=False)).text
