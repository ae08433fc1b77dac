"""Where traffic is switched: what is live, what may be done about it, and a switch that survives a crash anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from flows.clock import now
from flows.credentials import secret
from flows.decision import Decision
from flows.moves import MOVES, candidate_of, moves_of
from flows.orders import in_force
from flows.telling import Teller
from tasks.alerts import Kind
from tasks.decisions.last_good import Served, last_good
from tasks.domain.errors import LeaseHeldError, RoutingError
from tasks.domain.release import Mark, Release
from tasks.domain.settings.policy import Policy, Target
from tasks.domain.split import Split
from tasks.domain.verdict import Verdict
from tasks.domain.window import parse_delay
from tasks.registry import Registry
from tasks.routing import (
    Condition,
    HalfSwitchedError,
    Situation,
    SplittingTarget,
    switch,
    targets_of,
    unanswered,
)
from tasks.store import Action, ActionState, Store

# A gateway's switch takes a minute or two (its workers' caches): whoever comes meanwhile waits, or a yes would be lost.
_IN_TURN = Retrying(
    retry=retry_if_exception_type(LeaseHeldError), stop=stop_after_delay(180), wait=wait_random(0.2, 1), reraise=True
)


@contextmanager
def switchboard(service: str, target: Target) -> Iterator[Switchboard]:
    """Open store and registry, hold the service's switching lease, and finish what a crash left.

    Raises:
        LeaseHeldError: when another run has been switching for minutes.
    """
    registry = Registry.connect()
    with Store.open() as store, ExitStack() as held:
        _IN_TURN(lambda: held.enter_context(store.leases.hold(f"switch/{service}")))
        board = Switchboard(service, target, store, registry)
        board.resume()
        yield board


class Switchboard:
    """The switches of one service.

    Args:
        service: Whose.
        target: How its traffic is switched.
        store: Where actions are kept.
        registry: Where releases are kept.
    """

    def __init__(self, service: str, target: Target, store: Store, registry: Registry) -> None:
        self.service = service
        self.store = store
        self.registry = registry
        self._target = target
        self.targets = targets_of(target, service, registry, secret)

    def situation(self, decision_id: str | None, decision: Decision | None, wanted: str | None) -> Situation:
        """Return what is known now, for the conditions to be checked against."""
        releases = self.registry.releases(self.service)
        live = next((release for release in releases if release.live), None)
        policy = decision.policy if decision else Policy()
        to, why_not = self._to(releases, live, decision, wanted, policy)
        actions = [action for action in self.store.actions.of(self.service) if action.kind == "rollback"]
        rejected = next((a for a in reversed(actions) if decision and _rejection_of(a, decision.release)), None)
        hold = in_force(self.store, self.service, "hold")
        return Situation(
            now=now(),
            decision_id=decision_id,
            failing=decision.failing(self.store) if decision else None,
            live=live,
            to=to,
            why_not=why_not,
            wanted=wanted,
            rollbacks=tuple(
                action.updated_at for action in actions if action.state is ActionState.DONE and action.updated_at
            ),
            hold_until=datetime.fromisoformat(hold.detail["until"]) if hold else None,
            hold_by=hold.by if hold else "",
            rejected_at=rejected.updated_at if rejected else None,
            candidate=candidate_of(self.store, self.service),
            rejected_by=rejected.detail["rejected_by"] if rejected else "",
        )

    def _to(
        self,
        releases: list[Release],
        live: Release | None,
        decision: Decision | None,
        wanted: str | None,
        policy: Policy,
    ) -> tuple[Release | None, dict[str, str]]:
        if wanted is not None:
            found = next((release for release in releases if release.name == wanted), None)
            return found, {} if found else {wanted: "not registered"}
        if decision is not None and decision.release == candidate_of(self.store, self.service):
            return live, {}  # what the candidate shares with
        left = decision.release if decision else (live.name if live else None)
        served = {
            release.name: record
            for release in releases
            if (record := self._served(release.name, decision.config_hash if decision else None))
        }
        max_age, unfit = parse_delay(policy.max_age), self._unfit(releases, left)
        while True:
            to, why = last_good(releases, served, instead_of=left, now=now(), max_age=max_age, unfit=unfit)
            silent = unanswered(to, allow_private=self._target.allow_private) if to else ""
            if to is None or not silent:
                return to, why
            unfit[to.name] = silent

    def _unfit(self, releases: Sequence[Release], left: str | None) -> dict[str, str]:
        """Releases whose prompt asks for other variables: the application would not fill them in."""
        prompts = {release.name: release.configuration.prompt for release in releases if release.configuration}
        now_asked = prompts.get(left or "")
        if now_asked is None:
            return {}
        wanted = self.registry.prompts.variables(now_asked)
        asked = {name: self.registry.prompts.variables(uri) for name, uri in prompts.items() if uri is not None}
        return {
            name: f"its prompt asks for {', '.join(sorted(variables)) or 'nothing'}, not {', '.join(sorted(wanted))}"
            for name, variables in asked.items()
            if variables != wanted
        }

    def _served(self, release: str, config_hash: str | None) -> Served | None:
        rows = self.store.windows.of_release(self.service, release, config_hash)
        rows = [row for row in rows or self.store.windows.of_release(self.service, release) if row.verdict]
        if not rows:
            return None
        return Served(
            windows=len(rows),
            undecided=sum(row.scored == 0 for row in rows),
            judged=sum(row.scored for row in rows),
            failed=any(row.verdict == Verdict.FAIL for row in rows),
            newest=max(row.window_end for row in rows),
        )

    def perform(self, action: Action, to: Release, back: Release | None) -> Action:
        """Switch all targets for an action that is started, and record it step by step.

        Every step can be done again: a crash between any two is finished by `resume`.

        Raises:
            NotSwitchedError: a target refused, and all serve what they served before.
            HalfSwitchedError: they serve different releases now; the next run tries again.
        """
        try:
            switch(self.targets, to, back=back, key=action.id)
        except HalfSwitchedError as error:
            self._move_on(action, ActionState.STARTED, ActionState.STARTED, {"error": str(error)})
            raise
        except RoutingError as error:
            self._move_on(action, ActionState.STARTED, ActionState.FAILED, {"error": str(error)})
            raise
        self._move_on(action, ActionState.STARTED, ActionState.SWITCHED, {"switched_at": now().isoformat()})
        return self._conclude(action, to, back)

    def _conclude(self, action: Action, to: Release, back: Release | None) -> Action:
        if candidate_of(self.store, self.service):
            self.registry.announce(self.service, None)
        event = {"id": action.id, "at": now().isoformat(), "by": action.by, "why": action.reason}
        self.registry.note(
            self.service, to.name, event | {"what": f"live, by {action.kind}", "from": action.from_release}
        )
        if back is not None:
            self.registry.note(self.service, back.name, event | {"what": f"left, by {action.kind}", "to": to.name})
        if action.kind == "rollback" and back is not None:
            self.registry.mark(self.service, back.name, Mark.QUARANTINED, f"rolled back: {action.reason}")
            self.registry.mark(self.service, to.name, Mark.GOOD, f"what {back.name} was rolled back to")
        self._move_on(action, ActionState.SWITCHED, ActionState.DONE, {})
        return self.store.actions.get(action.id) or action

    def _move_on(self, action: Action, before: ActionState, after: ActionState, more: Mapping[str, Any]) -> None:
        known = self.store.actions.get(action.id)
        detail = dict(known.detail if known else action.detail) | dict(more)
        self.store.actions.update_state(action.id, before, after, detail=detail, at=now())

    def splitter(self) -> SplittingTarget | None:
        """Return the target that can split traffic; None where the application itself must."""
        return next((target for target in self.targets if isinstance(target, SplittingTarget)), None)

    def share(self, action: Action, candidate: Release, control: Release, split: Split) -> None:
        """Give a candidate a share of the traffic, and tell the registry, which applications may ask.

        Raises:
            RoutingError: when the target refuses.
        """
        try:
            if able := self.splitter():
                able.split(control, candidate, split, key=action.id)
        except RoutingError as error:
            self._move_on(action, ActionState.STARTED, ActionState.FAILED, {"error": str(error)})
            raise
        self.registry.announce(self.service, split)
        event = {"id": action.id, "at": now().isoformat(), "by": action.by, "why": action.reason}
        self.registry.note(self.service, candidate.name, event | {"what": f"{split.share:.0%} of the traffic"})
        self._move_on(action, ActionState.STARTED, ActionState.DONE, {"share": split.share})

    def resume(self) -> list[Action]:
        """Finish the switches that a crash left in the middle; returns them as they are now."""
        finished = []
        for action in self._in_the_middle():
            to = self.registry.find(self.service, action.to_release or "")
            back = self.registry.find(self.service, action.from_release) if action.from_release else None
            if to is None:
                self._move_on(action, action.state, ActionState.FAILED, {"error": "its release is gone"})
            elif action.state is ActionState.SWITCHED:
                self._conclude(action, to, back)
            else:
                self._resume_started(action, to, back)
            finished.append(self.store.actions.get(action.id) or action)
        return finished

    def _in_the_middle(self) -> list[Action]:
        middle = {ActionState.STARTED, ActionState.SWITCHED}
        unfinished = self.store.actions.unfinished(self.service)
        return [action for action in unfinished if action.kind in MOVES and action.state in middle]

    def _resume_started(self, action: Action, to: Release, back: Release | None) -> None:
        try:
            self.perform(action, to, back)
        except RoutingError:
            # It is recorded with its reason; the run that found it has business of its own.
            return

    def history(self) -> list[tuple[datetime, str]]:
        """Return what became live when, oldest first."""
        return moves_of(self.store, self.service)

    def say_refused(self, teller: Teller, release: str | None, unmet: Sequence[Condition]) -> None:
        """Tell people why nothing was switched: once for the same conditions, until something else is live."""
        names = "+".join(sorted(condition.name for condition in unmet))
        lines = [f"{condition.name}: {condition.words}" for condition in unmet]
        teller.say(Kind.ROLLBACK_REFUSED, f"{release}/{names}/{len(self.history())}", lines, release)

    def is_newest_move(self, action: Action) -> bool:
        """Whether nothing else became live since an action."""
        moves = [one for one in self.store.actions.of(self.service) if one.kind in MOVES and one.state == "done"]
        return bool(moves) and moves[-1].id == action.id

    def live_at(self, moment: datetime) -> str | None:
        """Return what was live at a time; None where that is not known."""
        return next((release for since, release in reversed(self.history()) if since <= moment), None)

    def notice_moves(self) -> Action | None:
        """Record it when others moved the alias; None when nobody did."""
        live = self.registry.live(self.service)
        known = self.history()
        last = known[-1][1] if known else None
        moving = bool(self._in_the_middle())
        if live is None or live.name == last or moving:
            return None
        action = Action(
            id=f"moved-{self.service}-{len(known)}-{live.version}",
            service=self.service,
            kind="moved_outside",
            reason="the alias was moved by others",
            by="outside",
            state=ActionState.DONE,
            from_release=last,
            to_release=live.name,
            created_at=now(),
        )
        return action if self.store.actions.record(action) else None


def _rejection_of(action: Action, release: str) -> bool:
    """Whether a person said no to rolling back this release."""
    return action.from_release == release and bool(action.detail.get("rejected_by"))
