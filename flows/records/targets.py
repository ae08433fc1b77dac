"""By what a service's traffic is switched: what was stated last stands until something else is stated.

A switch that would leave a known router out moves the alias, says so, and the router serves on: that never happens by
leaving something out.
"""

from __future__ import annotations

from flows.records.moves import IN_THE_MIDDLE, ROUTED
from flows.records.watch import Watch
from tasks.domain.errors import RefusedError
from tasks.domain.settings.policy import Target
from tasks.store import Action, ActionState, Store

RETIRED = "router_retired"
"""In the detail of a switch: why from here on the alias alone is moved."""


class Targets:
    """By what the traffic of one service is switched.

    Args:
        service: Whose.
        store: Where its switches are on record, and what `evaluate` was given.
    """

    def __init__(self, service: str, store: Store) -> None:
        self._service = service
        self._store = store

    def known(self) -> Target | None:
        """Return the router by which it was switched last, or which `evaluate` was given since.

        None where no router is known, or the last one was retired: the alias alone.
        """
        acts = self._store.actions.of(self._service)
        found = [(act.updated_at, _router(act)) for act in acts if act.updated_at is not None and _tells(act)]
        watch = Watch.of(self._service, self._store)
        if watch is not None and watch.mandate.target.is_router:
            found.append((watch.target_since, watch.mandate.target))
        return max(found, key=lambda one: one[0])[1] if found else None

    def of_policy(self, target: Target) -> Target:
        """Return by what to switch where nobody can be asked: what a policy was given, and no less than is known."""
        return target if target.is_router else self.known() or target

    def left_out(self, stated: Target | None) -> str:
        """Return in words which known router a stated target would leave out; empty when none."""
        known = self.known()
        if stated is None or stated.is_router or known is None:
            return ""
        return (
            f"{self._service!r} was last switched by {known.words}, and the alias alone would leave that out: leave "
            "target empty, or give that one; `release` with override_reason retires it"
        )

    def chosen(self, stated: Target | None, retired: str | None = None) -> Target:
        """Return by what to switch: what is stated, else what is known, else the alias.

        Args:
            stated: What the caller states.
            retired: Why a known router may be left out from here on.

        Raises:
            RefusedError: when it would be left out without that.
        """
        if stated is None:
            return self.known() or Target()
        if not retired and (words := self.left_out(stated)):
            raise RefusedError(f"nothing was switched: {words}")
        return stated


def _tells(action: Action) -> bool:
    """Whether a switch tells by what: one that failed may have failed of its target."""
    if action.kind not in ROUTED or not (action.state is ActionState.DONE or action.state in IN_THE_MIDDLE):
        return False
    return bool(action.detail.get(RETIRED)) or _router(action) is not None


def _router(action: Action) -> Target | None:
    target = Target.model_validate(action.detail.get("target", {}))
    return target if target.is_router else None
