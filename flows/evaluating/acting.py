"""What follows from the verdicts of a run: a rollback asked for, a recovery watched, a move by others noticed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from flows.evaluating.assignment import Assignment
from flows.evaluating.settling import Settled
from flows.people.showing import flow_run_url
from flows.people.telling import Teller
from flows.records.decision import Decision
from flows.records.incidents import Incidents
from flows.records.kinds import ActionKind
from flows.records.mandate import Mandate
from flows.records.moves import in_the_middle
from flows.records.recorded import is_forsaken
from flows.records.targets import Targets
from flows.records.watch import Watch
from flows.requests.doorbell import record_decision, ring_promotion, ring_rollback, tell_refused
from flows.requests.request import words_of
from flows.running.clock import now
from flows.running.credentials import drop
from flows.running.embedded import is_embedded
from flows.switching.lookout import Lookout
from tasks.alerts import Kind
from tasks.decisions.recovery import Recovery, RecoveryState, recovery
from tasks.domain.window import parse_delay
from tasks.registry import Registry
from tasks.routing import Condition, check, missing
from tasks.store import Action, ActionState, Store


class Acting:
    """The act step of `evaluate`.

    Args:
        assignment: What the run was asked to do.
        store: Where actions are kept.
        registry: Where releases are kept.
    """

    def __init__(self, assignment: Assignment, store: Store, registry: Registry) -> None:
        self._assignment = assignment
        self._store = store
        self._teller = Teller(assignment.service, assignment.alerts, store)
        self._incidents = Incidents(assignment.service, store)
        # No more than to look: what moves traffic, and its credential, is `roll_back`'s alone.
        target = Targets(assignment.service, store).of_policy(assignment.target)
        self._mandate = replace(assignment.mandate, target=target)
        self._lookout = Lookout(assignment.service, store, registry, allow_private=target.allow_private)
        self._dropped = drop(target.secrets)

    def act(self, settled: Sequence[Settled], link_of: Callable[[str], str | None]) -> list[str]:
        """Act on what was settled in this run, and tell people what changed; returns in words what was done.

        Args:
            settled: The windows of this run.
            link_of: The address of an MLflow run.
        """
        self._keep()
        self._observe(settled)
        fresh = now() - parse_delay(self._assignment.policy.freshness)
        evaluations = [one.evaluation for one in settled]
        links = {(one.evaluation.release, one.evaluation.window.start): link_of(one.mlflow_run_id) for one in settled}
        self._teller.say_changes(evaluations, links, fresh)
        self._incidents.follow([one for one in evaluations if one.window.end >= fresh], self._assignment.policy)
        done = self._dropped + self._notice_moves() + self._watch_recovery()
        if decision := self._decision(settled):
            done.append(self._answer(decision))
        return done + self._take_up(decision.id if decision else None) + self._teller.send()

    def stale(self, since: datetime) -> None:
        """Tell people that nothing was evaluated for too long, once."""
        words = f"no window was evaluated after {since:%Y-%m-%d %H:%M}Z until {now():%Y-%m-%d %H:%M}Z"
        self._teller.say(Kind.STALE, since.isoformat(), [words])

    def _notice_moves(self) -> list[str]:
        moved = self._lookout.notice_moves()
        if moved is None:
            return []
        words = f"live was moved outside: {moved.from_release or 'nothing'} → {moved.to_release}"
        if moved.from_release is not None:
            self._teller.say(Kind.MOVED_OUTSIDE, moved.id, [words], moved.to_release)
        return [words]

    def _keep(self) -> None:
        """Write down how the service is watched, for those who act on it or show it later."""
        asked = self._assignment
        watch = Watch(
            config_hash=asked.config_hash,
            mandate=asked.mandate,
            flow_run_url=flow_run_url() or "",
            target_since=now(),
        )
        watch.keep(asked.service, self._store)

    def _observe(self, settled: Sequence[Settled]) -> None:
        """Record releases that nobody registered: they are known, and no target."""
        seen = {one.evaluation.release for one in settled}
        if not seen:
            return
        known = {release.name for release in self._lookout.registry.releases(self._assignment.service)}
        for release in sorted(seen - known):
            self._lookout.registry.observe(self._assignment.service, release, now())

    def _decision(self, settled: Sequence[Settled]) -> Decision | None:
        """Return the newest failing window's decision, that of what is live first."""
        live = self._lookout.registry.live(self._assignment.service)
        decisions = [
            decision for one in settled if (decision := Decision.of(one.evaluation, one.mlflow_run_id, self._mandate))
        ]
        of_live = [decision for decision in decisions if live is not None and decision.release == live.name]
        return max(of_live or decisions, key=lambda decision: decision.window_end, default=None)

    def _answer(self, decision: Decision) -> str:
        mode = decision.mandate.policy.mode
        if mode == "off":
            return "nothing: policy.mode is off"
        if mode == "dry_run" and (decision.absolute_only or decision.own_baseline):
            return f"no rollback of {decision.release}: nothing says that it is worse than its baseline"
        if under_way := self._under_way(decision):
            return under_way
        last = self._store.actions.last(decision.service, ActionKind.ROLLBACK, ActionState.DONE)
        if last is not None and last.from_release == decision.release and self._lookout.is_newest_move(last):
            return f"{decision.release} was rolled back already; this window is what it still answered"
        known = self._store.actions.get(decision.id)
        if known is not None and known.state not in {ActionState.REQUESTED, ActionState.REFUSED}:
            return f"rollback of {decision.release} is {known.state.value} already"
        situation = self._lookout.situation(decision.id, decision, None)
        to, unmet = situation.to.name if situation.to else None, missing(check(situation))
        if mode == "dry_run":
            unmet = [condition for condition in unmet if condition.name != "mode"]
            return f"dry run: would not roll back ({words_of(unmet)})" if unmet else f"dry run: would roll back to {to}"
        return self._ask_for(decision, to, unmet)

    def _ask_for(self, decision: Decision, to: str | None, unmet: list[Condition]) -> str:
        """Record the decision, and ask for its rollback; where something is missing, say what."""
        approve = decision.mandate.policy.mode == "approve"
        if approve and is_embedded():
            words = "nobody can be asked without a Prefect server: run roll_back by hand"
            unmet = [*unmet, Condition("a person", holds=False, words=words)]
        words = words_of(unmet)
        state = ActionState.REFUSED if unmet else ActionState.REQUESTED
        action = record_decision(self._store, decision, to, state, words)
        if action is None:
            return f"rollback of {decision.release} is refused already: {words}"
        if unmet:
            tell_refused(decision, words)
            self._lookout.say_refused(self._teller, decision.release, unmet)
            return f"not rolled back. {words}"
        if approve:
            waits = [f"Roll back {decision.release} → {to}? {decision.reason}"]
            self._teller.say(Kind.ROLLBACK_REQUESTED, decision.id, waits, decision.release, decision.link)
        return ring_rollback(action)

    def _under_way(self, decision: Decision) -> str:
        """Say that an earlier rollback of the release is at work; one that nobody took up yet gives way instead."""
        for earlier in self._unfinished():
            if earlier.from_release != decision.release or earlier.id == decision.id:
                continue
            gives_way = dict(earlier.detail) | {"refused": f"a newer window asks for it: decision {decision.id}"}
            if not self._store.actions.update_state(
                earlier.id, ActionState.REQUESTED, ActionState.REFUSED, detail=gives_way, at=now()
            ):
                return f"rollback of {decision.release} is {earlier.state.value} already (decision {earlier.id})"
        return ""

    def _take_up(self, asked: str | None) -> list[str]:
        """Ring again for what a run that died left: in the middle, not begun, or waiting for a person.

        A release or a share in the middle is left to whoever gave it, and to the next switch: no bell rings for those.
        """
        done = []
        for action in in_the_middle(self._store, self._assignment.service):
            if action.kind in {ActionKind.ROLLBACK, ActionKind.UNDO} and action.id != asked:
                done.append(ring_rollback(action))
            elif action.kind == ActionKind.PROMOTION:
                done.append(ring_promotion(action))
        done += [ring_rollback(action) for action in self._unfinished() if action.id != asked and self._asks(action)]
        return done

    def _asks(self, action: Action) -> bool:
        """Whether a request is to be made again; one that waits for a person is, once nobody can answer any more."""
        decision = Decision.kept(action, action.service)
        if decision is None or self._assignment.policy.mode not in {"approve", "auto"}:
            return False
        return action.state is ActionState.REQUESTED or is_forsaken(action, decision.mandate.policy.approval_timeout)

    def _unfinished(self) -> list[Action]:
        return [
            one for one in self._store.actions.unfinished(self._assignment.service) if one.kind == ActionKind.ROLLBACK
        ]

    def _watch_recovery(self) -> list[str]:
        """Look whether what fell came back since the last rollback; said once, when it is known."""
        action = self._store.actions.last(self._assignment.service, ActionKind.ROLLBACK, ActionState.DONE)
        if action is None or action.detail.get("recovery") or not action.detail.get("feature"):
            return []
        if not self._lookout.is_newest_move(action):
            self._settle_recovery(action, "live was moved again before it was known")
            if incident := self._incidents.open(action.from_release or ""):
                self._incidents.close(incident, "live was moved again before recovery was known")
            return []
        known = self._recovery(action)
        if known.state is not RecoveryState.WATCHING:
            self._settle_recovery(action, known.words)
            if incident := self._incidents.open(action.from_release or ""):
                self._incidents.close(incident, known.words)
            kind = Kind.RECOVERED if known.state is RecoveryState.RECOVERED else Kind.NOT_THE_CAUSE
            self._teller.say(kind, action.id, [known.words], action.to_release)
        return [known.words]

    def _recovery(self, action: Action) -> Recovery:
        detail, since = action.detail, action.updated_at
        rows = self._store.evidence.history(action.service, action.to_release or "", detail["config_hash"])
        after = [
            (mean, size)
            for row in rows
            if since is not None and row.window_start >= since
            for mean, size in [row.families["levels"].get(detail["feature"], (0.0, 0.0))]
        ]
        return recovery(detail["baseline"], detail["level"], after, Mandate.of(detail).policy.recovery_windows)

    def _settle_recovery(self, action: Action, words: str) -> None:
        self._store.actions.update_state(
            action.id,
            ActionState.DONE,
            ActionState.DONE,
            detail=dict(action.detail) | {"recovery": words},
            at=action.updated_at,
        )
