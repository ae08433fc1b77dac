"""Where traffic is switched: every switch is recorded before and after, told once, and survives a crash anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from flows.people.telling import Teller
from flows.records.decision import link_of
from flows.records.incidents import Incidents
from flows.records.kinds import ActionKind
from flows.records.mandate import Mandate
from flows.records.moves import MOVES, candidate_of, decided_by, in_the_middle
from flows.records.targets import RETIRED, Targets
from flows.running.clock import now
from flows.running.credentials import secret
from flows.running.emitting import emit
from flows.switching.lookout import Lookout
from tasks.alerts import Kind
from tasks.domain.errors import LeaseHeldError, RoutingError
from tasks.domain.release import Mark, Release
from tasks.domain.settings.policy import Target
from tasks.domain.split import Split
from tasks.registry import Registry
from tasks.routing import HalfSwitchedError, SplittingTarget, TrafficTarget, switch, targets_of
from tasks.store import Action, ActionState, Store

# A gateway's switch takes a minute or two (its workers' caches): whoever comes meanwhile waits, or a yes would be lost.
_IN_TURN = Retrying(
    retry=retry_if_exception_type(LeaseHeldError), stop=stop_after_delay(180), wait=wait_random(0.2, 1), reraise=True
)

_TOLD: Mapping[str, Kind] = {ActionKind.ROLLBACK: Kind.ROLLBACK_DONE, ActionKind.UNDO: Kind.UNDONE}
"""Of which switches people are told; a release they sent out themselves."""

_EVENTS: Mapping[str, str] = {
    ActionKind.ROLLBACK: "rollback.done",
    ActionKind.UNDO: "rollback.undone",
    ActionKind.RELEASE: "release.done",
    ActionKind.PROMOTION: "promotion.done",
}
"""What is told of which switches."""


@contextmanager
def switchboard(
    service: str, target: Target | None, *, finish: bool = True, retired: str | None = None
) -> Iterator[Switchboard]:
    """Open store and registry, hold the service's switching lease, and finish what a crash left.

    Args:
        service: Whose traffic.
        target: How it is switched; None: as it was last. What a crash left goes on with the target it began with.
        finish: Whether what a crash left is finished: not where it is only said what would be done.
        retired: Why a router that is known may be left out from here on.

    Raises:
        RefusedError: when a router that is known would be left out without that.
        LeaseHeldError: when another run has been switching for minutes.
    """
    registry = Registry.connect()
    with Store.open() as store, ExitStack() as held:
        _IN_TURN(lambda: held.enter_context(store.leases.hold(f"switch/{service}")))
        targets = Targets(service, store)
        board = Switchboard(service, targets.chosen(target, retired), store, registry)
        board.retired = str(retired) if targets.left_out(target) else ""
        if finish:
            board.resume()
        yield board


class Switchboard(Lookout):
    """The switches of one service.

    Args:
        service: Whose.
        target: How its traffic is switched.
        store: Where actions are kept.
        registry: Where releases are kept.

    Attributes:
        target: How its traffic is switched.
        resumed: Ids of the switches that a crash had left in the middle and that were taken up again.
        retired: Why its switches leave the router out that is known, from here on; empty: they do not.
    """

    def __init__(self, service: str, target: Target, store: Store, registry: Registry) -> None:
        super().__init__(service, store, registry, allow_private=target.allow_private)
        self.target = target
        self.resumed: set[str] = set()
        self.retired = ""

    def begin(self, action: Action) -> None:
        """Record that a switch begins, with the target it is for; one of the same run that failed begins anew."""
        detail = dict(action.detail) | {"target": self.target.model_dump(mode="json")}
        detail |= {RETIRED: self.retired} if self.retired else {}
        if not self.store.actions.record(replace(action, state=ActionState.STARTED, detail=detail)):
            self.store.actions.update_state(action.id, ActionState.FAILED, ActionState.STARTED, detail=detail, at=now())

    def _targets(self, action: Action | None = None) -> list[TrafficTarget]:
        """Return what an action switches: what it began with, whoever goes on with it."""
        recorded = action.detail.get("target") if action else None
        target = Target.model_validate(recorded) if recorded else self.target
        return targets_of(target, self.service, self.registry, secret)

    def perform(self, action: Action, to: Release, back: Release | None) -> Action:
        """Switch all targets for an action that is started, and record it step by step.

        Every step can be done again: a crash between any two is finished by `resume`.

        Raises:
            NotSwitchedError: a target refused, and all serve what they served before.
            HalfSwitchedError: they serve different releases now; the next run tries again.
        """
        targets = self._targets(action)
        try:
            switch(targets, to, back=back, key=action.id)
        except RoutingError as error:
            half = isinstance(error, HalfSwitchedError)
            text = f"half switched, a person is needed: {error}" if half else f"nothing was switched: {error}"
            self._tell_failure(action, text)
            after = ActionState.STARTED if half else ActionState.FAILED
            self._move_on(action, ActionState.STARTED, after, {"error": str(error), "text": text})
            raise
        moved = {"switched_at": now().isoformat(), "text": _said(action, to, targets)}
        self._move_on(action, ActionState.STARTED, ActionState.SWITCHED, moved)
        return self._conclude(self.store.actions.get(action.id) or action, to, back)

    def _conclude(self, action: Action, to: Release, back: Release | None) -> Action:
        """Leave a switch on record everywhere; each step done again changes nothing, so the last one says done."""
        if candidate_of(self.store, self.service):
            self.registry.announce(self.service, None)
        event = {"id": action.id, "at": now().isoformat(), "by": decided_by(action), "why": action.reason}
        self.registry.note(
            self.service, to.name, event | {"what": f"live, by {action.kind}", "from": action.from_release}
        )
        if back is not None:
            self.registry.note(self.service, back.name, event | {"what": f"left, by {action.kind}", "to": to.name})
        self._mark(action, to, back)
        Incidents(self.service, self.store).switched(action)
        text = str(action.detail.get("text", action.reason))
        if action.kind in _TOLD:
            self._teller(action).say(_TOLD[action.kind], action.id, [text], to.name, link_of(action))
        if action.kind in _EVENTS:
            told = {"text": text, "reason": action.reason, "by": action.by}
            moved = {"from_release": action.from_release, "to_release": to.name}
            emit(_EVENTS[action.kind], self.service, action.id, decision_id=action.id, **told, **moved)
        self._move_on(action, ActionState.SWITCHED, ActionState.DONE, {})
        return self.store.actions.get(action.id) or action

    def _mark(self, action: Action, to: Release, back: Release | None) -> None:
        if action.kind == ActionKind.ROLLBACK and back is not None:
            self.registry.mark(self.service, back.name, Mark.QUARANTINED, f"rolled back: {action.reason}")
            self.registry.mark(self.service, to.name, Mark.GOOD, f"what {back.name} was rolled back to")
        elif action.kind == ActionKind.UNDO:
            self.registry.mark(self.service, to.name, Mark.NONE, f"lifted by {action.by}: {action.reason}")

    def _tell_failure(self, action: Action, text: str) -> None:
        if action.kind not in _TOLD:
            return
        self._teller(action).say(Kind.ROLLBACK_FAILED, action.id, [text], action.from_release, link_of(action))
        emit("rollback.refused", self.service, action.id, decision_id=action.id, text=text)

    def _teller(self, action: Action) -> Teller:
        return Teller(self.service, Mandate.of(action.detail).alerts, self.store)

    def _move_on(self, action: Action, before: ActionState, after: ActionState, more: Mapping[str, Any]) -> None:
        known = self.store.actions.get(action.id)
        detail = dict(known.detail if known else action.detail) | dict(more)
        self.store.actions.update_state(action.id, before, after, detail=detail, at=now())

    def splitter(self) -> SplittingTarget | None:
        """Return the target that can split traffic; None where the application itself must."""
        return _splitter(self._targets())

    def share(self, action: Action, candidate: Release, control: Release, split: Split) -> None:
        """Give a candidate a share of the traffic, and tell the registry, which applications may ask.

        Raises:
            RoutingError: when the target refuses.
        """
        try:
            if able := _splitter(self._targets(action)):
                able.split(control, candidate, split, key=action.id)
        except RoutingError as error:
            self._move_on(action, ActionState.STARTED, ActionState.FAILED, {"error": str(error)})
            raise
        self.registry.announce(self.service, split)
        event = {"id": action.id, "at": now().isoformat(), "by": action.by, "why": action.reason}
        self.registry.note(self.service, candidate.name, event | {"what": f"{split.share:.0%} of the traffic"})
        emit("release.shared", self.service, action.id, release=candidate.name, share=split.share, by=action.by)
        self._move_on(action, ActionState.STARTED, ActionState.DONE, {"share": split.share})

    def resume(self) -> None:
        """Finish the switches that a crash left in the middle, as if it had not been."""
        for action in in_the_middle(self.store, self.service):
            to = self.registry.find(self.service, action.to_release or "")
            back = self.registry.find(self.service, action.from_release) if action.from_release else None
            if to is None:
                self._move_on(action, action.state, ActionState.FAILED, {"error": "its release is gone"})
            elif action.state is ActionState.SWITCHED:
                self._conclude(action, to, back)
            else:
                self._start_again(action, to, back)
            self.resumed.add(action.id)

    def _start_again(self, action: Action, to: Release, back: Release | None) -> None:
        try:
            if action.kind == ActionKind.SHARE and back is not None:
                self.share(action, to, back, Split(**action.detail["split"]))
            else:
                self.perform(action, to, back)
        except RoutingError:
            # It is recorded and told with its reason; the run that found it has business of its own.
            return


def _said(action: Action, to: Release, targets: Sequence[TrafficTarget]) -> str:
    served = ", ".join(target.name for target in targets if target.concerns(to))
    moved = f"{action.from_release or 'nothing'} → {to.name} at {now():%H:%M}Z by {decided_by(action)}"
    quarantined = f" {action.from_release} is quarantined." if action.kind == ActionKind.ROLLBACK else ""
    return f"{MOVES[action.kind]} {moved}. {action.reason}. Read back: {served} = {to.name}.{quarantined}"


def _splitter(targets: Sequence[TrafficTarget]) -> SplittingTarget | None:
    return next((target for target in targets if isinstance(target, SplittingTarget)), None)
