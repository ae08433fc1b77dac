"""Plans of replicas in the store: each an action of kind `scale`, recorded when it is made and as it is applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flows.records.kinds import ActionKind
from flows.records.mandate import Mandate
from flows.records.recorded import Recorded
from flows.running.clock import now
from tasks.domain.scaling import ScalingPlan
from tasks.store import Action, ActionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A plan with what may be done about it.

    Attributes:
        plan: Replicas by the hour.
        mandate: What may be done about it.
    """

    plan: ScalingPlan
    mandate: Mandate

    def detail(self) -> dict[str, Any]:
        """Return it as the store keeps it."""
        return {"plan": self.plan.to_json(), **self.mandate.detail()}

    @classmethod
    def of(cls, action: Action) -> Order:
        """Return what an action was recorded with."""
        return cls(plan=ScalingPlan.from_json(action.detail["plan"]), mandate=Mandate.of(action.detail))


class Plans(Recorded):
    """The plans of one service."""

    kind = ActionKind.SCALE

    def newest(self) -> Action | None:
        """Return the plan that was made last; None when there is none."""
        return max(self._made(), key=_number, default=None)

    def _made(self) -> list[Action]:
        return [action for action in self._actions.of(self._service) if action.kind == self.kind]

    def record(self, order: Order) -> Action:
        """Record a plan as the newest; made again it is the same, with the policy of now."""
        known, detail = self.newest(), order.detail()
        if known is not None and known.detail["plan"] == detail["plan"]:
            return self._reopen(known, detail)
        # Numbered, since a plan that comes back after another one is a new order, and no repeated one.
        action = Action(
            id=f"{order.plan.id}-{_number(known) + 1 if known else 1}",
            service=self._service,
            kind=self.kind,
            reason=order.plan.words,
            by="policy",
            state=ActionState.REQUESTED,
            to_release=order.plan.release,
            detail=detail,
            created_at=now(),
        )
        self._actions.record(action)
        self.supersede(action.id, ActionState.REQUESTED, ActionState.WAITING)
        return action

    def supersede(self, newest: str, *states: ActionState) -> None:
        """Close the older plans that are in one of these states: they will not be applied any more."""
        for action in self._actions.unfinished(self._service):
            if action.kind == self.kind and action.id != newest and action.state in states:
                detail = dict(action.detail) | {"refused": f"plan {newest} came after it"}
                self._actions.update_state(action.id, action.state, ActionState.REFUSED, detail=detail, at=now())


def _number(action: Action) -> int:
    return int(action.id.rpartition("-")[2])
