"""One request to promote the candidate of an A/B test: checked, asked, checked again, switched, told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prefect.artifacts import create_markdown_artifact
from prefect.events import emit_event
from prefect.logging import get_run_logger

from flows.approval import Answer, ask
from flows.clock import now
from flows.comparisons import Comparisons
from flows.contest import Contest
from flows.lookout import Lookout
from flows.orders import in_force
from flows.reporting import conditions_markdown, slug
from flows.switchboard import Switchboard
from flows.telling import Teller
from tasks.alerts import Kind
from tasks.domain.errors import LeaseHeldError, RoutingError
from tasks.domain.markdown import escaped
from tasks.domain.report import ConditionReport, PromotionReport
from tasks.domain.settings.policy import Alerts, Policy, Target
from tasks.domain.window import parse_delay
from tasks.experiments import Outcome
from tasks.routing import Condition, PromotionSituation, check_promotion, missing
from tasks.store import Action, ActionState, Store

KIND = "promotion"
_OPEN = (ActionState.REQUESTED, ActionState.REFUSED, ActionState.FAILED)
"""What was refused may be asked for again, once its conditions hold."""


def record(asked: Contest, decided_at: datetime, reason: str, store: Store) -> Action:
    """Record the decision to promote a candidate; decided again it is the same, with the policy of now."""
    detail = {
        "comparison": asked.key,
        "decided_at": decided_at.isoformat(),
        "policy": asked.policy.model_dump(mode="json"),
        "target": asked.target.model_dump(mode="json"),
        "alerts": asked.alerts.model_dump(mode="json"),
    }
    action = Action(
        id=f"promote-{asked.key}",
        service=asked.service,
        kind=KIND,
        reason=reason,
        by="policy, by an A/B test",
        state=ActionState.REQUESTED,
        from_release=asked.control,
        to_release=asked.candidate,
        detail=detail,
        created_at=now(),
    )
    if not store.actions.record(action):
        for state in _OPEN:
            store.actions.update_state(action.id, state, ActionState.REQUESTED, detail=detail, at=now())
    return store.actions.get(action.id) or action


def conditions(action: Action | None, decision_id: str | None, board: Lookout) -> list[Condition]:
    """Check whether a recorded promotion may be done now."""
    detail: Mapping[str, Any] = action.detail if action else {}
    policy = Policy.model_validate(detail.get("policy", {}))
    hold = in_force(board.store, board.service, "hold")
    live = board.registry.live(board.service)
    candidate = (action.to_release if action else None) or ""
    outcome = Comparisons(board.service, board.store).outcome(candidate, str(detail.get("comparison")))
    situation = PromotionSituation(
        now=now(),
        decision_id=decision_id,
        control=action.from_release if action else None,
        candidate=board.registry.find(board.service, candidate) if action else None,
        stands=outcome is Outcome.PROMOTE,
        decided_at=datetime.fromisoformat(detail["decided_at"]) if action else None,
        mode=policy.mode,
        freshness=parse_delay(policy.freshness),
        live=live.name if live else None,
        hold_until=datetime.fromisoformat(hold.detail["until"]) if hold else None,
        hold_by=hold.by if hold else "",
    )
    return check_promotion(situation)


class Promotion:
    """A request to promote.

    Args:
        service: Whose candidate.
        decision_id: The decision it follows; None: a person asks for the newest.
        approve: Whether a person is asked in any case.
        dry_run: Whether it is only said what would be done.
        by: Who asks.
    """

    def __init__(self, service: str, decision_id: str | None, *, approve: bool, dry_run: bool, by: str) -> None:
        self.service = service
        self._decision_id = decision_id
        self._approve = approve
        self._dry_run = dry_run
        self._by = by or ("policy" if decision_id else "a person")
        self._answer: Answer | None = None
        self._conditions: list[Condition] = []
        with Store.open() as store:
            self._action = self._find(store)

    def _find(self, store: Store) -> Action | None:
        """Reload the decision: what an event says of it is not believed."""
        if self._decision_id is None:
            return store.actions.last(self.service, KIND)
        action = store.actions.get(self._decision_id)
        return action if action is not None and (action.service, action.kind) == (self.service, KIND) else None

    def known_target(self) -> Target:
        """Return how traffic is switched."""
        return Target.model_validate(self._action.detail["target"]) if self._action else Target()

    @property
    def asks(self) -> bool:
        """Whether a person is asked; by hand one was."""
        return self._approve or (self._decision_id is not None and self._policy.mode == "approve")

    @property
    def _policy(self) -> Policy:
        return Policy.model_validate(self._action.detail["policy"]) if self._action else Policy()

    def begin(self, board: Switchboard) -> PromotionReport | None:
        """Check every condition and take the request up; a report where that settles it, None to go on."""
        self._look(board)
        action = self._action
        if action is not None and action.state not in _OPEN:
            return self._report("known", f"decision {action.id} is {action.state.value} already: nothing to do")
        if unmet := missing(self._conditions):
            return self._refuse(board, unmet)
        if self._dry_run:
            return self._report("dry_run", f"would promote {self._candidate}: every condition holds")
        for state in _OPEN:
            self._move(board, state, ActionState.WAITING if self.asks else ActionState.REQUESTED)
        return None

    def ask(self) -> None:
        """Ask a person, with what is known."""
        assert self._action is not None  # the conditions hold
        lines = [
            f"**Promote {self.service} {self._candidate}: give it all traffic?**",
            "",
            f"Why: {self._action.reason}.",
            "",
            *(f"- {condition.name}: {condition.words}" for condition in self._conditions),
        ]
        self._answer = ask("\n".join(lines), parse_delay(self._policy.approval_timeout))
        self._by = self._answer.by

    def switch(self, board: Switchboard) -> PromotionReport:
        """Check everything again, switch, read back, and record."""
        self._look(board)
        before = ActionState.WAITING if self.asks else ActionState.REQUESTED
        if self._answer is not None and not self._answer.approved:
            said = f"not promoted: rejected by {self._answer.by} ({self._answer.words})"
            self._move(board, before, ActionState.REFUSED, refused=said)
            return self._report("rejected", said)
        if unmet := missing(self._conditions):
            return self._refuse(board, unmet)
        action = self._action
        assert action is not None  # the conditions hold
        if not self._move(board, before, ActionState.STARTED, promoted_by=self._by):
            return self._report("known", f"decision {action.id} was taken up by another run: nothing to do")
        to = board.registry.get(self.service, action.to_release or "")
        try:
            done = board.perform(action, to, board.registry.live(self.service))
        except RoutingError as error:
            return self._report("failed", f"not promoted: {error}")
        report = self._report(
            "done", f"promoted {action.from_release} → {to.name} at {now():%H:%M}Z by {self._by}. {action.reason}."
        )
        report.switched_at = done.updated_at
        return report

    def busy(self, error: LeaseHeldError) -> PromotionReport:
        """Say that another run is switching this very service."""
        return self._report("known", f"another run is switching {self.service!r}: {error}")

    def tell(self, report: PromotionReport) -> None:
        """Tell people what needs them; that it was promoted the comparison has told, or a person did it."""
        with Store.open() as store:
            alerts = Alerts.model_validate(self._action.detail["alerts"]) if self._action else Alerts()
            teller = Teller(self.service, alerts, store)
            if report.state in {"failed", "refused"} and self._decision_id is not None and self._action is not None:
                teller.say(Kind.NOT_PROMOTED, f"{report.decision_id}/{report.state}", [report.text], self._candidate)
            for words in teller.send():
                get_run_logger().warning(words)

    def _look(self, board: Switchboard) -> None:
        board.notice_moves()
        self._action = self._find(board.store)
        self._conditions = conditions(self._action, self._decision_id, board)

    def _refuse(self, board: Switchboard, unmet: list[Condition]) -> PromotionReport:
        words = "; ".join(f"{condition.name}: {condition.words}" for condition in unmet)
        if not self._dry_run:
            for state in (*_OPEN, ActionState.WAITING):
                self._move(board, state, ActionState.REFUSED, refused=words)
        return self._report("refused", f"not promoted. {words}")

    def _move(self, board: Switchboard, before: ActionState, after: ActionState, **more: object) -> bool:
        known = board.store.actions.get(self._action.id) if self._action else None
        if known is None:
            return False
        return board.store.actions.update_state(known.id, before, after, detail=dict(known.detail) | more, at=now())

    @property
    def _candidate(self) -> str | None:
        return self._action.to_release if self._action else None

    def _report(self, state: str, text: str) -> PromotionReport:
        return PromotionReport(
            service=self.service,
            state=state,
            text=text,
            decision_id=self._action.id if self._action else self._decision_id,
            control=self._action.from_release if self._action else None,
            candidate=self._candidate,
            by=self._by,
            conditions=[ConditionReport(name=one.name, holds=one.holds, words=one.words) for one in self._conditions],
        )


def settled(request: Promotion, report: PromotionReport) -> None:
    """Leave the outcome as an artifact, tell it as an event, and tell people."""
    request.tell(report)
    create_markdown_artifact(
        key=f"promotion-{slug(request.service)}",
        markdown=conditions_markdown(report.state, report.service, report.text, report.conditions),
        description=f"Promotion in {escaped(request.service)}: {report.state}",
    )
    if report.state in {"done", "refused", "failed", "rejected"}:
        what = "done" if report.state == "done" else "refused"
        tell_promotion(what, request.service, report.decision_id, report.text)


def tell_promotion(what: str, service: str, decision_id: str | None, words: str) -> None:
    """Tell `plumbline.promotion.<what>`: the trigger of `promote` listens for `requested`."""
    emit_event(
        event=f"plumbline.promotion.{what}",
        resource={"prefect.resource.id": f"plumbline.service.{service}", "prefect.resource.name": service},
        payload={"service": service, "decision_id": decision_id, "reason": words},
    )
