"""What `evaluate` was given last for a service: by this goes whoever acts on it, or shows it, without being told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.records.kinds import ActionKind
from flows.records.mandate import Mandate
from flows.running.clock import now
from tasks.store import Action, ActionState, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How a service is watched.

    Attributes:
        config_hash: The configuration its windows are evaluated under.
        mandate: What may be done about it; of secrets it has names only.
        flow_run_url: Where the run that evaluated it last can be looked at.
        target_since: When its target was first this one: said again each hour it is no news.
    """

    config_hash: str
    mandate: Mandate
    flow_run_url: str
    target_since: datetime

    @classmethod
    def of(cls, service: str, store: Store) -> Watch | None:
        """Return how a service is watched; None while it was never evaluated."""
        action = store.actions.get(_id(service))
        if action is None:
            return None
        return cls(
            config_hash=action.detail["config_hash"],
            mandate=Mandate.of(action.detail),
            flow_run_url=action.detail["flow_run_url"],
            target_since=datetime.fromisoformat(action.detail["target_since"]),
        )

    def keep(self, service: str, store: Store) -> None:
        """Write it down, over what was known before."""
        known = Watch.of(service, store)
        if known is None:
            store.actions.record(
                Action(
                    id=_id(service),
                    service=service,
                    kind=ActionKind.WATCH,
                    reason="how the service is watched",
                    by="evaluate",
                    state=ActionState.DONE,
                    detail=self._detail(),
                    created_at=now(),
                )
            )
            return
        since = known.target_since if known.mandate.target == self.mandate.target else self.target_since
        detail = self._detail() | {"target_since": since.isoformat()}
        store.actions.update_state(_id(service), ActionState.DONE, ActionState.DONE, detail=detail, at=now())

    def _detail(self) -> dict[str, Any]:
        return {
            "config_hash": self.config_hash,
            "flow_run_url": self.flow_run_url,
            "target_since": self.target_since.isoformat(),
            **self.mandate.detail(),
        }


def _id(service: str) -> str:
    return f"watch-{service}"
