"""A request to roll back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

from prefect.runtime import flow_run

from flows.people.telling import Teller
from flows.records.decision import Decision
from flows.records.kinds import ActionKind
from flows.records.mandate import Mandate
from flows.records.recorded import OPEN, is_forsaken
from flows.records.targets import Targets
from flows.requests.request import Request, words_of
from flows.running.clock import now
from flows.running.emitting import emit
from flows.switching.switchboard import Switchboard, switchboard
from tasks.alerts import Kind
from tasks.domain.errors import RoutingError
from tasks.domain.markdown import escaped
from tasks.domain.release import Release
from tasks.domain.report import RollbackReport
from tasks.domain.settings.policy import Alerts, Target
from tasks.routing import Condition, Situation, check, missing
from tasks.store import Action, ActionState, Store

_FINISHED_HERE = {ActionKind.ROLLBACK, ActionKind.UNDO}
"""What a bell may ring for; of an undoing only what a crash left in the middle is done here."""

_SETTLED = {ActionState.DONE, ActionState.REFUSED, ActionState.FAILED}


class RollbackRequest(Request[RollbackReport]):
    """A request to roll back.

    Args:
        service: Whose traffic.
        reason: Why.
        decision_id: The decision it follows; None: a person asks.
        to: The release a person named.
        target: How traffic is switched, where no decision says; None: as it was last.
        alerts: Whom to tell, where no decision says.
        approve: Whether a person is asked in any case.
        dry_run: Whether it is only said what would be done.
        by: Who asks.
    """

    artifact = "rollback"
    doing = "switching"

    def __init__(
        self,
        service: str,
        reason: str,
        decision_id: str | None,
        to: str | None,
        target: Target | None,
        alerts: Alerts,
        *,
        approve: bool,
        dry_run: bool,
        by: str,
    ) -> None:
        super().__init__(service, decision_id, approve=approve, dry_run=dry_run, by=by)
        self._reason = reason
        self._wanted = to
        self._asked_about: tuple[str | None, str | None] | None = None
        self._situation: Situation | None = None
        self.action_id = decision_id or f"by-hand-{flow_run.id or uuid4()}"
        with Store.open() as store:
            self._named = self._load(store)
            self._mandate, self._left_out = self._held_to(Targets(service, store), target, alerts)
        self.decision = Decision.kept(self._named, self.service)

    def _load(self, store: Store) -> Action | None:
        """Reload what was named, a rollback or its undoing: what an event says of it is not believed."""
        action = store.actions.get(self._decision_id or "")
        ours = action is not None and action.service == self.service and action.kind in _FINISHED_HERE
        return action if ours else None

    def _held_to(self, targets: Targets, target: Target | None, alerts: Alerts) -> tuple[Mandate, str]:
        """Return what may be done, and which known router a person would leave out; a policy leaves out none."""
        if self._named is None:
            left_out = targets.left_out(target)
            chosen = targets.chosen(None if left_out else target)
            return Mandate(target=chosen, alerts=alerts), left_out
        mandate = Mandate.of(self._named.detail)
        return replace(mandate, target=targets.of_policy(mandate.target)), ""

    @property
    def reason(self) -> str:
        """Why: the decision's own words where there is one."""
        return self.decision.reason if self.decision else self._reason

    @property
    def mandate(self) -> Mandate:
        """What may be done."""
        return self._mandate

    def begin(self) -> RollbackReport | None:
        """Check every condition and take the request up; a report where that settles it, None to go on."""
        with switchboard(self.service, self.mandate.target, finish=not self._dry_run) as board:
            known = board.store.actions.get(self.action_id)
            if known is not None and known.id in board.resumed:
                return self._outcome(known)
            known = self._reopened(board.store, known) if known is not None and not self._dry_run else None
            # What nothing of ours bears as its id is refused below, whatever else does.
            if known is not None and known.state is not ActionState.REQUESTED and self._named is not None:
                return self._report("known", f"decision {self.action_id} is {known.state.value} already: nothing to do")
            self._check(board)
            if unmet := missing(self._conditions):
                return self._refuse(board, unmet)
            if self._dry_run:
                router = f" by {self.mandate.target.words}" if self.mandate.target.is_router else ""
                words = f"would roll {self._from} back to {self._to}{router}: every condition holds"
                return self._report("dry_run", words)
            self._record(board.store, ActionState.REQUESTED)
            board.store.actions.update_state(self.action_id, ActionState.REQUESTED, self._before, at=now())
        return None

    def _reopened(self, store: Store, known: Action) -> Action | None:
        """Return its record, open again where the run that waited has died, or where this very run is tried again."""
        retried = self._decision_id is None and known.state in {*OPEN, ActionState.WAITING}
        if retried or is_forsaken(known, self.mandate.policy.approval_timeout):
            store.actions.update_state(known.id, known.state, ActionState.REQUESTED, at=now())
        return store.actions.get(known.id)

    def ask(self) -> None:
        """Ask a person, with what is known; the yes is to these two releases."""
        self._asked_about = self._from, self._to
        super().ask()

    def _question(self) -> list[str]:
        link = self.decision.link if self.decision else None
        service, left, to = (escaped(str(name)) for name in (self.service, self._from, self._to))
        return [
            f"**Roll {service} back from {left} to {to}?**",
            "",
            f"Why: {escaped(self.reason)}." + (f" [Look at the window]({link})" if link else ""),
        ]

    def carry_out(self) -> RollbackReport:
        """Check everything again, switch, read back, and record."""
        with switchboard(self.service, self.mandate.target) as board:
            if self._answer is not None and not self._answer.approved:
                said = f"rejected by {self._answer.by}: {self._answer.words}"
                self._move(board.store, ActionState.REFUSED, {"refused": said, "rejected_by": self._answer.by})
                words = f"not rolled back: rejected by {self._answer.by} ({self._answer.words})"
                return self._report("rejected", words)
            known = board.store.actions.get(self.action_id)
            if known is None or known.state is not self._before:
                return self._report("known", f"decision {self.action_id} was taken up by another run: nothing to do")
            self._check(board)
            if unmet := missing(self._conditions):
                return self._refuse(board, unmet)
            return self._switch(board)

    def _switch(self, board: Switchboard) -> RollbackReport:
        situation, actions = self._situation, board.store.actions
        assert situation is not None
        assert situation.to is not None  # the conditions hold
        detail = self._detail(board.store) | {"target": self.mandate.target.model_dump(mode="json")}
        actions.update_state(
            self.action_id, self._before, ActionState.STARTED, detail=detail, to_release=situation.to.name, at=now()
        )
        action = actions.get(self.action_id)
        assert action is not None
        emit("rollback.started", self.service, decision_id=self.action_id, text=self.reason)
        back = board.registry.get(self.service, self._from) if self._from else situation.live
        with suppress(RoutingError):  # recorded and told where it happened
            board.perform(action, situation.to, back)
        return self._outcome(actions.get(self.action_id) or action)

    def _outcome(self, action: Action) -> RollbackReport:
        """Report how a switch ended, by its record: also one that a crash interrupted and this run finished."""
        text = str(action.detail.get("text") or action.detail.get("error"))
        if action.state is not ActionState.DONE:
            return self._report("failed", text)
        report = self._report("done", text)
        report.from_release, report.to_release = action.from_release, action.to_release
        report.by = str(action.detail.get("approved_by", action.by))
        report.switched_at = action.updated_at
        return report

    def _say(self, teller: Teller, report: RollbackReport) -> None:
        """Tell people of a no: what a switch came to was written down where it happened."""
        if report.state == "rejected":
            link = self.decision.link if self.decision else None
            teller.say(Kind.ROLLBACK_REFUSED, self.action_id, [report.text], report.from_release, link)

    def _emit(self, report: RollbackReport) -> None:
        """Tell a no; a switch was told where it happened."""
        if report.state in {"refused", "rejected"}:
            emit("rollback.refused", self.service, decision_id=self.action_id, text=report.text)

    def _check(self, board: Switchboard) -> None:
        board.notice_moves()
        wanted = self._wanted or (self.decision.control if self.decision else None)
        self._situation = board.situation(self._decision_id, self.decision, wanted)
        self._conditions = check(self._situation)
        if self._left_out:
            self._conditions.append(Condition("target", holds=False, words=self._left_out))
        if self._asked_about is not None and self._asked_about != (self._from, self._to):
            was, is_now = (f"{one} → {other}" for one, other in (self._asked_about, (self._from, self._to)))
            words = f"the yes was to {was}, and by now it would be {is_now}: ask again"
            self._conditions.append(Condition("as approved", holds=False, words=words))

    def _refuse(self, board: Switchboard, unmet: list[Condition]) -> RollbackReport:
        words = words_of(unmet)
        if not self._dry_run and (self.decision is not None or self._decision_id is None):
            # A made-up decision leaves no record that a real one of that id could collide with.
            self._record(board.store, ActionState.REFUSED)
            self._move(board.store, ActionState.REFUSED, {"refused": words})
            board.say_refused(Teller(self.service, self.mandate.alerts, board.store), self._from, unmet)
        return self._report("refused", f"not rolled back. {words}")

    def _record(self, store: Store, state: ActionState) -> None:
        store.actions.record(
            Action(
                id=self.action_id,
                service=self.service,
                kind=ActionKind.ROLLBACK,
                reason=self.reason,
                by=self._by,
                state=state,
                from_release=self._from,
                to_release=self._to,
                decision_id=self._decision_id,
                detail=self._detail(store),
                created_at=now(),
            )
        )

    def _move(self, store: Store, state: ActionState, more: dict[str, str]) -> None:
        known = store.actions.get(self.action_id)
        if known is not None and known.state not in _SETTLED:
            store.actions.update_state(self.action_id, known.state, state, detail=dict(known.detail) | more, at=now())

    def _detail(self, store: Store) -> dict[str, object]:
        known = store.actions.get(self.action_id)
        detail: dict[str, object] = self.mandate.detail() | (dict(known.detail) if known else {})
        found = {condition.name: condition.words for condition in self._conditions}
        return detail | self.approval | {"conditions": found}

    @property
    def _from(self) -> str | None:
        if self.decision:
            return self.decision.release
        return _name(self._situation.live) if self._situation else None

    @property
    def _to(self) -> str | None:
        return _name(self._situation.to) if self._situation else self._wanted

    def _report(self, state: str, text: str) -> RollbackReport:
        return RollbackReport(
            service=self.service,
            state=state,
            text=text,
            reason=self.reason,
            decision_id=self._decision_id,
            from_release=self._from,
            to_release=self._to,
            by=self._by,
            conditions=self._reported(),
        )


def _name(release: Release | None) -> str | None:
    return release.name if release else None
