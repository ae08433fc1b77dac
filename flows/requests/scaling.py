"""A request to apply a plan of replicas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flows.people.telling import Teller
from flows.records.kinds import ActionKind
from flows.records.mandate import Mandate
from flows.records.orders import in_force
from flows.records.plans import Order, Plans
from flows.requests.request import Request, words_of
from flows.running.clock import now
from flows.running.credentials import secret
from flows.running.emitting import emit
from tasks.alerts import Kind
from tasks.domain.errors import RoutingError
from tasks.domain.markdown import escaped
from tasks.domain.report import ScalingReport
from tasks.domain.window import parse_delay
from tasks.registry import Registry
from tasks.routing import Condition, ScalingSituation, ScalingTarget, check_scaling, missing, scale, targets_of
from tasks.store import Action, ActionState, Store


@dataclass(frozen=True, slots=True)
class Known:
    """A plan with everything its conditions are about.

    Attributes:
        action: Its record; None when the store has none.
        target: Who runs replicas; None when nobody does.
        conditions: Each, with what was found.
    """

    action: Action | None
    target: ScalingTarget | None
    conditions: list[Condition]


def look(service: str, plan_id: str | None, store: Store) -> Known:
    """Look a plan up, and check whether it may be applied now; nothing is asked of the target."""
    plans, registry = Plans(service, store), Registry.connect()
    action = plans.find(plan_id)
    order = Order.of(action) if action else None
    mandate = order.mandate if order else Mandate()
    targets = targets_of(mandate.target, service, registry, secret)
    target = next((one for one in targets if isinstance(one, ScalingTarget)), None)
    newest, live = plans.newest(), registry.live(service)
    hold = in_force(store, service, ActionKind.HOLD)
    situation = ScalingSituation(
        now=now(),
        plan=order.plan if order else None,
        plan_id=action.id if action else plan_id,
        newest=newest.id if newest else None,
        by_hand=plan_id is None,
        mode=mandate.policy.mode,
        freshness=parse_delay(mandate.policy.freshness),
        live=live.name if live else None,
        target=target.name if target else None,
        hold_until=datetime.fromisoformat(hold.detail["until"]) if hold else None,
        hold_by=hold.by if hold else "",
    )
    return Known(action, target, check_scaling(situation))


class ScalingRequest(Request[ScalingReport]):
    """A request to apply a plan; where none is named, a person asks for the newest."""

    artifact = "scaling"
    doing = "scaling"

    def __init__(self, service: str, plan_id: str | None, *, approve: bool, dry_run: bool, by: str) -> None:
        super().__init__(service, plan_id, approve=approve, dry_run=dry_run, by=by)
        self._known = Known(None, None, [])

    @property
    def mandate(self) -> Mandate:
        """What may be done."""
        return Mandate.of(self._known.action.detail) if self._known.action else Mandate()

    @contextmanager
    def _looking(self) -> Iterator[Plans]:
        """Hold the service's scaling lease, and look at the plan anew."""
        with Store.open() as store, store.leases.hold(f"scale/{self.service}"):
            self._known = look(self.service, self._decision_id, store)
            self._conditions = self._known.conditions
            yield Plans(self.service, store)

    def begin(self) -> ScalingReport | None:
        """Check every condition and take the request up; a report where that settles it, None to go on."""
        with self._looking() as plans:
            action = self._known.action
            if action is not None:
                action = plans.retrieve(action, self.mandate.policy.approval_timeout)
            if action is not None and action.state is ActionState.DONE:
                return self._report("known", f"plan {action.id} is applied already: nothing to do")
            if action is not None and action.state is ActionState.WAITING:
                return self._report("known", f"plan {action.id} waits for a person's answer in another run")
            if unmet := missing(self._conditions):
                return self._refuse(plans, unmet)
            assert action is not None  # the conditions hold
            if self._dry_run:
                return self._report("dry_run", f"would scale to {action.reason}: every condition holds")
            plans.take_up(action, self._before)
        return None

    def _question(self) -> list[str]:
        action = self._known.action
        assert action is not None  # the conditions hold
        return [f"**Run {escaped(self.service)} {escaped(str(action.to_release))} on {escaped(action.reason)}?**"]

    def carry_out(self) -> ScalingReport:
        """Check everything again, scale, read back, and record; what a crash left in the middle is finished."""
        with self._looking() as plans:
            action = self._known.action
            assert action is not None  # it was taken up
            before = ActionState.STARTED if action.state is ActionState.STARTED else self._before
            if self._answer is not None and not self._answer.approved:
                said = f"not scaled: rejected by {self._answer.by} ({self._answer.words})"
                plans.move(action, before, ActionState.REFUSED, refused=said)
                return self._report("rejected", said)
            if unmet := missing(self._conditions):
                return self._refuse(plans, unmet)
            found = {condition.name: condition.words for condition in self._conditions}
            applied = {"applied_by": self._by, **self.approval}
            if not plans.move(action, before, ActionState.STARTED, conditions=found, **applied):
                return self._report("known", f"plan {action.id} was taken up by another run: nothing to do")
            return self._scale(plans, action)

    def _scale(self, plans: Plans, action: Action) -> ScalingReport:
        order, target = Order.of(action), self._known.target
        assert target is not None  # the conditions hold
        try:
            changed = scale(target, order.plan, key=action.id)
        except RoutingError as error:
            plans.move(action, ActionState.STARTED, ActionState.FAILED, error=str(error))
            return self._report("failed", f"not scaled: {error}")
        plans.move(action, ActionState.STARTED, ActionState.DONE, changed=changed)
        plans.supersede(action.id, ActionState.STARTED)
        done = "scaled to" if changed else "it follows already:"
        report = self._report("done", f"{done} {action.reason}, by {self._by}. Read back: {target.name} follows it.")
        report.applied_at = now()
        return report

    def _refuse(self, plans: Plans, unmet: list[Condition]) -> ScalingReport:
        words = words_of(unmet)
        if self._known.action is not None and not self._dry_run:
            plans.refuse(self._known.action, words, ActionState.WAITING, ActionState.STARTED)
        return self._report("refused", f"not scaled. {words}")

    def _say(self, teller: Teller, report: ScalingReport) -> None:
        if report.state == "failed":
            teller.say(Kind.SCALING_FAILED, str(report.plan_id), [report.text], report.release)

    def _emit(self, report: ScalingReport) -> None:
        if report.state in {"done", "refused", "failed", "rejected"}:
            what = "done" if report.state == "done" else "refused"
            emit(f"scale.{what}", self.service, plan_id=report.plan_id, text=report.text)

    def _report(self, state: str, text: str) -> ScalingReport:
        action = self._known.action
        return ScalingReport(
            service=self.service,
            state=state,
            text=text,
            plan_id=action.id if action else self._decision_id,
            release=action.to_release if action else None,
            by=self._by,
            conditions=self._reported(),
        )
