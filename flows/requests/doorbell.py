"""The doorbell: what was decided is told as an event, and taken up where the credentials are.

From a deployment the event starts the other flow, through a trigger of `prefect.yaml`; elsewhere that runs here.
"""

from __future__ import annotations

from typing import Any, cast

from prefect.client.schemas import State
from prefect.runtime import deployment

from flows.records.decision import Decision
from flows.records.kinds import ActionKind
from flows.requests.promotion import tell_promotion
from flows.running.clock import now
from flows.running.emitting import emit
from tasks.domain.report import ActionReport
from tasks.store import Action, ActionState, Store


def record_decision(
    store: Store, decision: Decision, to: str | None, state: ActionState, refused: str
) -> Action | None:
    """Record a decision; one that was refused before may be asked for again, now that its conditions hold.

    Args:
        store: Where actions are kept.
        decision: What was decided.
        to: Where it goes.
        state: Requested, or refused.
        refused: Why, where it is.

    Returns:
        The decision as it is recorded; None where that is no news: it was refused before already.
    """
    detail = decision.detail() | ({"refused": refused} if refused else {})
    if state is ActionState.REQUESTED and store.actions.update_state(
        decision.id, ActionState.REFUSED, state, detail=detail, at=now()
    ):
        return store.actions.get(decision.id)
    new = store.actions.record(
        Action(
            id=decision.id,
            service=decision.service,
            kind=ActionKind.ROLLBACK,
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
    return store.actions.get(decision.id) if new or state is ActionState.REQUESTED else None


def tell_refused(decision: Decision, words: str) -> None:
    """Tell that a rollback was not even asked for, and why."""
    emit("rollback.refused", decision.service, decision_id=decision.id, reason=words)


def ring_rollback(action: Action) -> str:
    """Tell that a rollback is asked for, or one or its undoing to be finished; returns in words what came of it."""
    emit("rollback.requested", action.service, decision_id=action.id, reason=action.reason)
    if deployment.id:
        return f"{action.kind} of {action.from_release} requested (decision {action.id})"
    from flows.rollback import roll_back  # a flow stands above what it is made of: known only once one rings

    return _text(
        roll_back(service=action.service, reason=action.reason, decision_id=action.id, by=action.by, return_state=True)
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
    """Return what a run came to; one that ended without a report ends whoever rang, and the next run rings again."""
    ended = state.result(raise_on_failure=False)
    if isinstance(ended, BaseException):
        raise ended
    return cast("ActionReport", ended).text
