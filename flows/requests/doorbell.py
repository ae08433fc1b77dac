"""The doorbell: what was decided is told as an event, and taken up where the credentials are.

From a deployment the event starts the other flow, through a trigger of `prefect.yaml`; elsewhere that runs here.
"""

from __future__ import annotations

from typing import Any, cast

from prefect.client.schemas import State
from prefect.runtime import deployment

from flows.records.decision import Decision
from flows.requests.promotion import tell_promotion
from flows.running.clock import now
from flows.running.emitting import emit
from tasks.domain.report import ActionReport
from tasks.store import Action, ActionState, Store


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


def ring_rollback(decision: Decision) -> str:
    """Tell that a rollback is asked for; returns in words what came of it."""
    emit("rollback.requested", decision.service, decision_id=decision.id, reason=decision.reason)
    if deployment.id:
        return f"rollback of {decision.release} requested (decision {decision.id})"
    from flows.rollback import roll_back

    return _text(
        roll_back(
            service=decision.service, reason=decision.reason, decision_id=decision.id, by="policy", return_state=True
        )
    )


def ring_promotion(action: Action) -> str:
    """Tell that a promotion is asked for; returns in words what came of it."""
    tell_promotion("requested", action.service, action.id, action.reason)
    if deployment.id:
        return f"promotion of {action.to_release} requested (decision {action.id})"
    from flows.promotion import promote

    return _text(promote(service=action.service, decision_id=action.id, by=action.by, return_state=True))


def ring_scaling(action: Action) -> str:
    """Tell that a plan is to be applied; returns in words what came of it."""
    emit("scale.requested", action.service, plan_id=action.id)
    if deployment.id:
        return f"scaling to {action.reason} requested (plan {action.id})"
    from flows.scaling import scale

    return _text(scale(service=action.service, plan_id=action.id, by="policy", return_state=True))


def _text(state: State[Any]) -> str:
    return cast("ActionReport", state.result(raise_on_failure=False)).text
