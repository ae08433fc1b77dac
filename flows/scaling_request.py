"""One request to apply a plan of replicas, from the question to its record: checked, asked, checked again, applied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from prefect.artifacts import create_markdown_artifact
from prefect.events import emit_event
from prefect.logging import get_run_logger

from flows.approval import Answer, ask
from flows.clock import now
from flows.credentials import secret
from flows.orders import in_force
from flows.plans import Order, Plans
from flows.reporting import conditions_markdown, slug
from flows.telling import Teller
from tasks.alerts import Kind
from tasks.domain.errors import LeaseHeldError, RoutingError
from tasks.domain.markdown import escaped
from tasks.domain.report import ConditionReport, ScalingReport
from tasks.domain.settings.policy import Alerts, Policy, Target
from tasks.domain.window import parse_delay
from tasks.registry import Registry
from tasks.routing import Condition, ScalingSituation, ScalingTarget, check_scaling, missing, scale, targets_of
from tasks.store import Action, ActionState, Store

_OPEN = (ActionState.REQUESTED, ActionState.REFUSED, ActionState.FAILED)
"""A plan that was refused may be asked for again, once its conditions hold."""


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
    policy = order.policy if order else Policy()
    targets = targets_of(order.target if order else Target(), service, registry, secret)
    target = next((one for one in targets if isinstance(one, ScalingTarget)), None)
    newest, live = plans.newest(), registry.live(service)
    hold = in_force(store, service, "hold")
    situation = ScalingSituation(
        now=now(),
        plan=order.plan if order else None,
        plan_id=action.id if action else plan_id,
        newest=newest.id if newest else None,
        by_hand=plan_id is None,
        mode=policy.mode,
        freshness=parse_delay(policy.freshness),
        live=live.name if live else None,
        target=target.name if target else None,
        hold_until=datetime.fromisoformat(hold.detail["until"]) if hold else None,
        hold_by=hold.by if hold else "",
    )
    return Known(action, target, check_scaling(situation))


class ScalingRequest:
    """A request to apply a plan.

    Args:
        service: Whose replicas.
        plan_id: The plan it follows; None: a person asks for the newest.
        approve: Whether a person is asked in any case.
        dry_run: Whether it is only said what would be done.
        by: Who asks.
    """

    def __init__(self, service: str, plan_id: str | None, *, approve: bool, dry_run: bool, by: str) -> None:
        self.service = service
        self._plan_id = plan_id
        self._approve = approve
        self._dry_run = dry_run
        self._by = by or ("policy" if plan_id else "a person")
        self._answer: Answer | None = None
        self._known = Known(None, None, [])

    @property
    def alerts(self) -> Alerts:
        """Whom to tell."""
        return Order.of(self._known.action).alerts if self._known.action else Alerts()

    @property
    def asks(self) -> bool:
        """Whether a person is asked; by hand one was."""
        return self._approve or (self._plan_id is not None and self._policy.mode == "approve")

    @property
    def _policy(self) -> Policy:
        return Order.of(self._known.action).policy if self._known.action else Policy()

    @contextmanager
    def _looking(self) -> Iterator[Store]:
        """Hold the service's scaling lease, and look at the plan anew: what an event says of it is not believed."""
        with Store.open() as store, store.leases.hold(f"scale/{self.service}"):
            self._known = look(self.service, self._plan_id, store)
            yield store

    def begin(self) -> ScalingReport | None:
        """Check every condition and take the request up; a report where that settles it, None to go on."""
        with self._looking() as store:
            action, plans = self._known.action, Plans(self.service, store)
            if action is not None and action.state is ActionState.DONE:
                return self._report("known", f"plan {action.id} is applied already: nothing to do")
            if action is not None and action.state is ActionState.WAITING:
                return self._report("known", f"plan {action.id} waits for a person's answer in another run")
            if unmet := missing(self._known.conditions):
                return self._refuse(plans, unmet)
            assert action is not None  # the conditions hold
            if self._dry_run:
                return self._report("dry_run", f"would scale to {action.reason}: every condition holds")
            after = ActionState.WAITING if self.asks else ActionState.REQUESTED
            for state in _OPEN:
                plans.move(action, state, after)
        return None

    def ask(self) -> None:
        """Ask a person, with what is known."""
        action = self._known.action
        assert action is not None
        lines = [
            f"**Run {self.service} {action.to_release} on {action.reason}?**",
            "",
            *(f"- {condition.name}: {condition.words}" for condition in self._known.conditions),
        ]
        self._answer = ask("\n".join(lines), parse_delay(self._policy.approval_timeout))
        self._by = self._answer.by

    def apply(self) -> ScalingReport:
        """Check everything again, scale, read back, and record; what a crash left in the middle is finished."""
        with self._looking() as store:
            action, plans = self._known.action, Plans(self.service, store)
            assert action is not None
            before = ActionState.WAITING if self.asks else ActionState.REQUESTED
            if action.state is ActionState.STARTED:
                before = ActionState.STARTED
            if self._answer is not None and not self._answer.approved:
                said = f"not scaled: rejected by {self._answer.by} ({self._answer.words})"
                plans.move(action, before, ActionState.REFUSED, refused=said)
                return self._report("rejected", said)
            if unmet := missing(self._known.conditions):
                return self._refuse(plans, unmet)
            found = {condition.name: condition.words for condition in self._known.conditions}
            if not plans.move(action, before, ActionState.STARTED, conditions=found, applied_by=self._by):
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
        words = "; ".join(f"{condition.name}: {condition.words}" for condition in unmet)
        if self._known.action is not None and not self._dry_run:
            for state in (*_OPEN, ActionState.WAITING, ActionState.STARTED):
                plans.move(self._known.action, state, ActionState.REFUSED, refused=words)
        return self._report("refused", f"not scaled. {words}")

    def busy(self, error: LeaseHeldError) -> ScalingReport:
        """Say that another run is scaling this very service."""
        return self._report("known", f"another run is scaling {self.service!r}: {error}")

    def _report(self, state: str, text: str) -> ScalingReport:
        action = self._known.action
        return ScalingReport(
            service=self.service,
            state=state,
            text=text,
            plan_id=action.id if action else self._plan_id,
            release=action.to_release if action else None,
            by=self._by,
            conditions=[
                ConditionReport(name=condition.name, holds=condition.holds, words=condition.words)
                for condition in self._known.conditions
            ],
        )


def settled(request: ScalingRequest, report: ScalingReport) -> None:
    """Leave the outcome as an artifact, tell it as an event, and tell people when it failed."""
    if report.state == "failed":
        with Store.open() as store:
            teller = Teller(request.service, request.alerts, store)
            teller.say(Kind.SCALING_FAILED, str(report.plan_id), [report.text], report.release)
            for words in teller.send():
                get_run_logger().warning(words)
    create_markdown_artifact(
        key=f"scaling-{slug(request.service)}",
        markdown=conditions_markdown(report.state, report.service, report.text, report.conditions),
        description=escaped(f"Replicas of {request.service}: {report.state}"),
    )
    if report.state in {"done", "refused", "failed", "rejected"}:
        emit_event(
            event=f"plumbline.scale.{'done' if report.state == 'done' else 'refused'}",
            resource={
                "prefect.resource.id": f"plumbline.service.{request.service}",
                "prefect.resource.name": request.service,
            },
            payload={"plan_id": report.plan_id, "text": report.text},
        )
