"""Decisions to promote in the store: each an action of kind `promotion`, recorded when an A/B test is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.records.kinds import ActionKind
from flows.records.mandate import Mandate
from flows.records.recorded import Recorded
from flows.running.clock import now
from tasks.store import Action, ActionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """A decision to promote, with what may be done about it.

    Attributes:
        comparison: Key of the comparison it follows.
        decided_at: End of the window that decided it.
        mandate: What may be done about it.
    """

    comparison: str
    decided_at: datetime
    mandate: Mandate

    def detail(self) -> dict[str, Any]:
        """Return it as the store keeps it."""
        return {
            "comparison": self.comparison,
            "decided_at": self.decided_at.isoformat(),
            **self.mandate.detail(),
        }

    @classmethod
    def of(cls, detail: Mapping[str, Any]) -> Promoted:
        """Return what an action was recorded with."""
        return cls(
            comparison=detail["comparison"],
            decided_at=datetime.fromisoformat(detail["decided_at"]),
            mandate=Mandate.of(detail),
        )


class Promotions(Recorded):
    """The decisions to promote of one service."""

    kind = ActionKind.PROMOTION

    def record(self, decided: Promoted, control: str, candidate: str, reason: str) -> Action:
        """Record a decision; decided again it is the same, with the policy of now."""
        action = Action(
            id=promotion_id(decided.comparison),
            service=self._service,
            kind=self.kind,
            reason=reason,
            by="policy, by an A/B test",
            state=ActionState.REQUESTED,
            from_release=control,
            to_release=candidate,
            detail=decided.detail(),
            created_at=now(),
        )
        return action if self._actions.record(action) else self._reopen(action, decided.detail())


def promotion_id(comparison: str) -> str:
    """Return the id of the decision to promote that a comparison may come to."""
    return f"promote-{comparison}"
