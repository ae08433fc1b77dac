"""A request to promote the candidate of an A/B test."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from flows.people.telling import Teller
from flows.records.comparisons import Comparisons
from flows.records.kinds import ActionKind
from flows.records.mandate import Mandate
from flows.records.orders import in_force
from flows.records.promotions import Promoted, Promotions
from flows.records.recorded import OPEN
from flows.records.targets import Targets
from flows.requests.request import Request, words_of
from flows.running.clock import now
from flows.running.emitting import emit
from flows.switching.lookout import Lookout
from flows.switching.switchboard import Switchboard, switchboard
from tasks.alerts import Kind
from tasks.domain.errors import RoutingError
from tasks.domain.markdown import escaped
from tasks.domain.report import PromotionReport
from tasks.domain.window import parse_delay
from tasks.experiments import Outcome
from tasks.routing import Condition, PromotionSituation, check_promotion, missing
from tasks.store import Action, ActionState, Store


def conditions(action: Action | None, decision_id: str | None, board: Lookout) -> list[Condition]:
    """Check whether a recorded promotion may be done now."""
    decided = Promoted.of(action.detail) if action else None
    policy = decided.mandate.policy if decided else Mandate().policy
    hold = in_force(board.store, board.service, ActionKind.HOLD)
    live = board.registry.live(board.service)
    candidate = (action.to_release if action else None) or ""
    outcome = Comparisons(board.service, board.store).outcome(candidate, decided.comparison) if decided else None
    situation = PromotionSituation(
        now=now(),
        decision_id=decision_id,
        control=action.from_release if action else None,
        candidate=board.registry.find(board.service, candidate) if action else None,
        stands=outcome is Outcome.PROMOTE,
        decided_at=decided.decided_at if decided else None,
        mode=policy.mode,
        freshness=parse_delay(policy.freshness),
        live=live.name if live else None,
        hold_until=datetime.fromisoformat(hold.detail["until"]) if hold else None,
        hold_by=hold.by if hold else "",
    )
    return check_promotion(situation)


class PromotionRequest(Request[PromotionReport]):
    """A request to promote; where no decision is named, a person asks for the newest."""

    artifact = "promotion"
    doing = "switching"

    def __init__(self, service: str, decision_id: str | None, *, approve: bool, dry_run: bool, by: str) -> None:
        super().__init__(service, decision_id, approve=approve, dry_run=dry_run, by=by)
        with Store.open() as store:
            self._action = Promotions(service, store).find(decision_id)
            asked = Mandate.of(self._action.detail) if self._action else Mandate()
            self._mandate = replace(asked, target=Targets(service, store).of_policy(asked.target))

    @property
    def mandate(self) -> Mandate:
        """What may be done."""
        return self._mandate

    def begin(self) -> PromotionReport | None:
        """Check every condition and take the request up; a report where that settles it, None to go on."""
        with switchboard(self.service, self.mandate.target, finish=not self._dry_run) as board:
            promotions = self._look(board)
            action = self._action
            if action is not None and action.id in board.resumed:
                return self._outcome(action)
            if action is not None:
                action = promotions.retrieve(action, self.mandate.policy.approval_timeout)
            if action is not None and action.state not in OPEN:
                return self._report("known", f"decision {action.id} is {action.state.value} already: nothing to do")
            if unmet := missing(self._conditions):
                return self._refuse(promotions, unmet)
            if self._dry_run:
                return self._report("dry_run", f"would promote {self._candidate}: every condition holds")
            assert action is not None  # the conditions hold
            promotions.take_up(action, self._before)
        return None

    def _question(self) -> list[str]:
        assert self._action is not None  # the conditions hold
        return [
            f"**Promote {escaped(self.service)} {escaped(str(self._candidate))}: give it all traffic?**",
            "",
            f"Why: {escaped(self._action.reason)}.",
        ]

    def carry_out(self) -> PromotionReport:
        """Check everything again, switch, read back, and record."""
        with switchboard(self.service, self.mandate.target) as board:
            promotions = self._look(board)
            action = self._action
            assert action is not None  # it was taken up
            if self._answer is not None and not self._answer.approved:
                said = f"not promoted: rejected by {self._answer.by} ({self._answer.words})"
                promotions.move(action, self._before, ActionState.REFUSED, refused=said)
                return self._report("rejected", said)
            if unmet := missing(self._conditions):
                return self._refuse(promotions, unmet)
            if not promotions.move(action, self._before, ActionState.STARTED, **self._done_by()):
                return self._report("known", f"decision {action.id} was taken up by another run: nothing to do")
            action = promotions.find(action.id) or action
            to = board.registry.get(self.service, action.to_release or "")
            with suppress(RoutingError):  # recorded where it happened
                board.perform(action, to, board.registry.live(self.service))
            return self._outcome(promotions.find(action.id) or action)

    def _outcome(self, action: Action) -> PromotionReport:
        """Report how a switch ended, by its record: also one that a crash interrupted and this run finished."""
        text = str(action.detail.get("text") or action.detail.get("error"))
        if action.state is not ActionState.DONE:
            return self._report("failed", f"not promoted: {text}")
        report = self._report("done", text)
        report.switched_at = action.updated_at
        return report

    def _done_by(self) -> dict[str, object]:
        said = {} if self._by == "policy" else {"approved_by": self._by}
        return said | self.approval | {"target": self.mandate.target.model_dump(mode="json")}

    def _look(self, board: Switchboard) -> Promotions:
        board.notice_moves()
        promotions = Promotions(self.service, board.store)
        self._action = promotions.find(self._decision_id)
        self._conditions = conditions(self._action, self._decision_id, board)
        return promotions

    def _refuse(self, promotions: Promotions, unmet: list[Condition]) -> PromotionReport:
        words = words_of(unmet)
        if self._action is not None and not self._dry_run:
            promotions.refuse(self._action, words, ActionState.WAITING)
        return self._report("refused", f"not promoted. {words}")

    @property
    def _candidate(self) -> str | None:
        return self._action.to_release if self._action else None

    def _say(self, teller: Teller, report: PromotionReport) -> None:
        """Say what needs people; that it was promoted the comparison has told, or a person did it."""
        if report.state in {"failed", "refused"} and self._decision_id is not None and self._action is not None:
            teller.say(Kind.NOT_PROMOTED, f"{report.decision_id}/{report.state}", [report.text], self._candidate)

    def _emit(self, report: PromotionReport) -> None:
        """Tell a no; a switch was told where it happened."""
        if report.state in {"refused", "failed", "rejected"}:
            tell_promotion("refused", self.service, report.decision_id, report.text)

    def _report(self, state: str, text: str) -> PromotionReport:
        return PromotionReport(
            service=self.service,
            state=state,
            text=text,
            decision_id=self._action.id if self._action else self._decision_id,
            control=self._action.from_release if self._action else None,
            candidate=self._candidate,
            by=self._by,
            conditions=self._reported(),
        )


def tell_promotion(what: str, service: str, decision_id: str | None, words: str) -> None:
    """Tell `plumbline.promotion.<what>`: the trigger of `promote` listens for `requested`."""
    emit(f"promotion.{what}", service, decision_id=decision_id, reason=words)
