"""One request to roll back, from the question to its record: checked, asked, checked again, switched, told."""

from __future__ import annotations

from uuid import uuid4

from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from flows.approval import Answer, ask
from flows.clock import now
from flows.decision import Decision
from flows.incidents import Incidents
from flows.outcome import emit
from flows.switchboard import Switchboard
from flows.telling import Teller
from tasks.alerts import Kind
from tasks.domain.errors import LeaseHeldError, RoutingError
from tasks.domain.release import Release
from tasks.domain.report import ConditionReport, RollbackReport
from tasks.domain.settings.policy import Alerts, Policy, Target
from tasks.domain.window import parse_delay
from tasks.routing import Condition, HalfSwitchedError, Situation, check, missing
from tasks.store import Action, ActionState, Store

_SETTLED = {ActionState.DONE, ActionState.REFUSED, ActionState.FAILED}


class Request:
    """A request to roll back.

    Args:
        service: Whose traffic.
        reason: Why.
        decision_id: The decision it follows; None: a person asks.
        to: The release a person named.
        target: How traffic is switched, where no decision says.
        alerts: Whom to tell, where no decision says.
        approve: Whether a person is asked in any case.
        dry_run: Whether it is only said what would be done.
        by: Who asks.
    """

    def __init__(
        self,
        service: str,
        reason: str,
        decision_id: str | None,
        to: str | None,
        target: Target,
        alerts: Alerts,
        *,
        approve: bool,
        dry_run: bool,
        by: str,
    ) -> None:
        self.service = service
        self._reason = reason
        self._decision_id = decision_id
        self._wanted = to
        self._target = target
        self._alerts = alerts
        self._approve = approve
        self._dry_run = dry_run
        self._by = by or ("policy" if decision_id else "a person")
        self._answer: Answer | None = None
        self._asked_about: tuple[str | None, str | None] | None = None
        self._situation: Situation | None = None
        self._conditions: list[Condition] = []
        self.action_id = decision_id or f"by-hand-{flow_run.id or uuid4()}"
        self.decision = self._load()

    def _load(self) -> Decision | None:
        """Reload the decision: what an event says of it is not believed."""
        if self._decision_id is None:
            return None
        with Store.open() as store:
            action = store.actions.get(self._decision_id)
        if (
            action is None
            or action.kind != "rollback"
            or action.service != self.service
            or "policy" not in action.detail
        ):
            return None
        return Decision.from_detail(action.id, self.service, action.from_release or "", action.reason, action.detail)

    @property
    def reason(self) -> str:
        """Why: the decision's own words where there is one."""
        return self.decision.reason if self.decision else self._reason

    @property
    def alerts(self) -> Alerts:
        """Whom to tell."""
        return self.decision.alerts if self.decision else self._alerts

    @property
    def policy(self) -> Policy:
        """What may be done."""
        return self.decision.policy if self.decision else Policy()

    @property
    def asks(self) -> bool:
        """Whether a person is asked."""
        return self._approve or (self.decision is not None and self.policy.mode == "approve")

    def known_target(self) -> Target:
        """Return how traffic is switched."""
        return self.decision.target if self.decision else self._target

    def begin(self, board: Switchboard) -> RollbackReport | None:
        """Check every condition and take the request up; a report where that settles it, None to go on."""
        known = board.store.actions.get(self.action_id)
        forged = self._decision_id is not None and self.decision is None  # refused below, whatever bears that id
        if known is not None and known.state is not ActionState.REQUESTED and not self._dry_run and not forged:
            return self._report("known", f"decision {self.action_id} is {known.state.value} already: nothing to do")
        self._check(board)
        if unmet := missing(self._conditions):
            return self._refuse(board, unmet)
        if self._dry_run:
            return self._report("dry_run", f"would roll {self._from} back to {self._to}: every condition holds")
        self._record(board.store, ActionState.REQUESTED)
        if self.asks:
            board.store.actions.update_state(self.action_id, ActionState.REQUESTED, ActionState.WAITING, at=now())
        return None

    def ask(self) -> None:
        """Ask a person, with what is known."""
        self._asked_about = self._from, self._to
        link = self.decision.link if self.decision else None
        lines = [
            f"**Roll {self.service} back from {self._from} to {self._to}?**",
            "",
            f"Why: {self.reason}." + (f" [Look at the window]({link})" if link else ""),
            "",
            *(f"- {condition.name}: {condition.words}" for condition in self._conditions),
            "",
            f"Without an answer within {self.policy.approval_timeout} nothing is switched.",
        ]
        self._answer = ask("\n".join(lines), parse_delay(self.policy.approval_timeout))
        self._by = self._answer.by

    def switch(self, board: Switchboard) -> RollbackReport:
        """Check everything again, switch, read back, and record."""
        actions = board.store.actions
        if self._answer is not None and not self._answer.approved:
            said = f"rejected by {self._answer.by}: {self._answer.words}"
            self._move(board.store, ActionState.REFUSED, {"refused": said, "rejected_by": self._answer.by})
            return self._report("rejected", f"not rolled back: rejected by {self._answer.by} ({self._answer.words})")
        before = ActionState.WAITING if self.asks else ActionState.REQUESTED
        known = actions.get(self.action_id)
        if known is None or known.state is not before:
            return self._report("known", f"decision {self.action_id} was taken up by another run: nothing to do")
        self._check(board)
        if unmet := missing(self._conditions):
            return self._refuse(board, unmet)
        situation = self._seen()
        assert situation.to is not None  # the conditions hold
        detail = self._detail(board.store)
        actions.update_state(
            self.action_id, before, ActionState.STARTED, detail=detail, to_release=situation.to.name, at=now()
        )
        action = actions.get(self.action_id)
        assert action is not None
        emit("started", self)
        try:
            back = board.registry.get(self.service, self._from) if self._from else situation.live
            done = board.perform(action, situation.to, back)
        except HalfSwitchedError as error:
            return self._report("failed", f"half switched, a person is needed: {error}")
        except RoutingError as error:
            return self._report("failed", f"nothing was switched: {error}")
        served = ", ".join(target.name for target in board.targets if target.concerns(situation.to))
        report = self._report(
            "done",
            f"rolled back {self._from} → {self._to} at {now():%H:%M}Z by {self._by}. {self.reason}. "
            f"Read back: {served} = {self._to}. {self._from} is quarantined.",
        )
        report.switched_at = done.updated_at
        incidents = Incidents(self.service, board.store)
        if incident := incidents.open(self._from or ""):
            incidents.note(incident, action_id=done.id, rolled_back_to=self._to)
        return report

    def tell(self, store: Store, report: RollbackReport) -> None:
        """Tell people how it ended: each outcome of a decision once."""
        teller = Teller(self.service, self.alerts, store)
        kind = {"done": Kind.ROLLBACK_DONE, "failed": Kind.ROLLBACK_FAILED, "rejected": Kind.ROLLBACK_REFUSED}
        if report.state in kind:
            release = report.to_release if report.state == "done" else report.from_release
            link = self.decision.link if self.decision else None
            teller.say(kind[report.state], self.action_id, [report.text], release, link)
        for words in teller.send():
            get_run_logger().warning(words)

    def busy(self, error: LeaseHeldError) -> RollbackReport:
        """Say that another run is switching this very service."""
        return self._report("known", f"another run is switching {self.service!r}: {error}")

    def _check(self, board: Switchboard) -> None:
        board.notice_moves()
        wanted = self._wanted or (self.decision.control if self.decision else None)
        self._situation = board.situation(self._decision_id, self.decision, wanted)
        self._conditions = check(self._situation)
        if self._asked_about is not None and self._asked_about != (self._from, self._to):
            was, is_now = (f"{one} → {other}" for one, other in (self._asked_about, (self._from, self._to)))
            words = f"the yes was to {was}, and by now it would be {is_now}: ask again"
            self._conditions.append(Condition("as approved", holds=False, words=words))

    def _refuse(self, board: Switchboard, unmet: list[Condition]) -> RollbackReport:
        words = "; ".join(f"{condition.name}: {condition.words}" for condition in unmet)
        if not self._dry_run and (self.decision is not None or self._decision_id is None):
            # A made-up decision leaves no record that a real one of that id could collide with.
            self._record(board.store, ActionState.REFUSED)
            self._move(board.store, ActionState.REFUSED, {"refused": words})
            board.say_refused(Teller(self.service, self.alerts, board.store), self._from, unmet)
        return self._report("refused", f"not rolled back. {words}")

    def _record(self, store: Store, state: ActionState) -> None:
        store.actions.record(
            Action(
                id=self.action_id,
                service=self.service,
                kind="rollback",
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
        detail: dict[str, object] = dict(known.detail) if known else {}
        return detail | {"conditions": {condition.name: condition.words for condition in self._conditions}}

    def _seen(self) -> Situation:
        assert self._situation is not None
        return self._situation

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
            conditions=[
                ConditionReport(name=condition.name, holds=condition.holds, words=condition.words)
                for condition in self._conditions
            ],
        )


def _name(release: Release | None) -> str | None:
    return release.name if release else None
