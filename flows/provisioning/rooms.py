"""The rooms a run of `plan_capacity` goes through, opened once, and the steps it takes there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import ValidationError

from flows.people.telling import Teller
from flows.provisioning.record import capacity_study
from flows.records.mandate import Mandate
from flows.records.plans import Order, Plans
from flows.requests.doorbell import ring_scaling
from flows.requests.request import words_of
from flows.requests.scaling import look
from flows.running.clock import now
from flows.running.credentials import drop
from flows.running.embedded import is_embedded
from flows.running.workplace import Workplace, workplace
from tasks.alerts import Kind
from tasks.capacity import CapacityReport, Forecast, Traffic, capacity_report
from tasks.capacity.steps import measure, plan_replicas
from tasks.domain.errors import SettingsError
from tasks.domain.interaction import Interaction
from tasks.domain.settings.capacity import Autoscaling
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.policy import Alerts, Policy, Target
from tasks.domain.window import aware_utc, floor, parse_delay
from tasks.routing import missing
from tasks.sources import read
from tasks.store import Action, ActionState

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """What a run of `plan_capacity` was asked to do."""

    service: str
    logs: LogSource
    autoscaling: Autoscaling
    policy: Policy
    target: Target
    alerts: Alerts
    end: datetime | None


@contextmanager
def provisioning(asked: Commission) -> Iterator[Provisioning]:
    """Open the rooms for one run at a time, so that plans are numbered in the order they are made."""
    with workplace("plan", asked.service, "progress-capacity") as place:
        yield Provisioning(asked, place)


class Provisioning:
    """The steps of one run, in the order the flow takes them."""

    def __init__(self, asked: Commission, place: Workplace) -> None:
        self._asked = asked
        self._store = place.store
        self._studies = place.studies
        self._steps = place.steps
        self._dropped = drop(asked.target.secrets)
        self._end = floor(_end(asked), _HOUR)
        live = place.registry.live(asked.service)
        self._live = live.name if live else None
        bounds = live.configuration.autoscaling if live and live.configuration else None
        try:
            self._autoscaling = asked.autoscaling.within(bounds)
        except ValidationError as error:
            words = "; ".join(str(one["msg"]).removeprefix("Value error, ") for one in error.errors())
            raise SettingsError(
                f"autoscaling of the run and of release {self._live!r} of {asked.service!r} do not go together: {words}"
            ) from None

    def measure(self) -> tuple[Traffic, str]:
        """Read the logs once: requests by hour, service times by release; and what is to be said of them."""
        asked, end = self._asked, self._end
        start = floor(end - timedelta(days=self._autoscaling.history_days), _HOUR)
        rows = read(asked.logs, start, end)
        traffic = measure(self._told(rows, start), asked.service, start, end)
        unusable = sum(rows.quarantined.values())
        if unusable <= asked.logs.max_quarantined * rows.rows:
            return traffic, ""
        return traffic, f"{unusable:,} of {rows.rows:,} rows were unusable and count as no request"

    def _told(self, rows: Iterable[Interaction], start: datetime) -> Iterator[Interaction]:
        """Say how far the reading is, hour by hour."""
        hours, reached = (self._end - start) // _HOUR, 0
        for row in rows:
            if (hour := (row.timestamp - start) // _HOUR) > reached:
                reached = hour
                self._steps("read", reached, hours)
            yield row

    def plan(self, traffic: Traffic, note: str) -> Forecast:
        """Plan the hours from the end of the logs on, for the release that is live."""
        made = plan_replicas(self._asked.service, traffic, self._autoscaling, self._live, self._end)
        return replace(made, notes=(*made.notes, note)) if note else made

    def act(self, made: Forecast) -> tuple[Action, list[str]]:
        """Record the plan, and do about it what the policy allows; returns its record, and in words what was done."""
        asked = self._asked
        order = Order(plan=made.scaling, mandate=Mandate(asked.policy, asked.target, asked.alerts))
        action = Plans(asked.service, self._store).record(order)
        teller = Teller(asked.service, asked.alerts, self._store)
        done = self._answer(action, teller)
        if made.plan.broken and asked.policy.mode != "off":
            lines = [line for line in capacity_report(made).text.split("\n") if line]
            week = f"{made.plan.hours[0].start:%G-W%V}"
            teller.say(
                Kind.CAPACITY_SHORT, f"{made.release}/{self._autoscaling.max_replicas}/{week}", lines, made.release
            )
        return action, [*self._dropped, done, *teller.send()]

    def _answer(self, action: Action, teller: Teller) -> str:
        mode = self._asked.policy.mode
        if action.state is ActionState.DONE:
            return f"plan {action.id} is applied already"
        if mode == "off":
            return "nothing: policy.mode is off"
        if mode == "dry_run":
            return f"dry run: would scale to {action.reason}"
        if unmet := missing(look(action.service, action.id, self._store).conditions):
            return "not scaled. " + words_of(unmet)
        if mode == "approve" and is_embedded():
            return "not scaled: nobody can be asked without a Prefect server; run scale by hand"
        if mode == "approve":
            waits = [f"Scale to {action.reason}?"]
            teller.say(Kind.SCALING_REQUESTED, action.id, waits, action.to_release)
        return ring_scaling(action)

    def record(self, made: Forecast, action: Action, done: list[str]) -> CapacityReport:
        """Record the plan in MLflow, and return what it says."""
        report = capacity_report(made).model_copy(update={"plan_id": action.id, "actions": done})
        run_id = self._studies.record_study(capacity_study(report))
        return report.model_copy(update={"mlflow_run_id": run_id})

    def link(self, run_id: str) -> str | None:
        """Return the address of a run's page in MLflow, where MLflow is a server."""
        return self._studies.link(self._asked.service, run_id)


def _end(asked: Commission) -> datetime:
    """Return up to where logs are read: never into the hour that is not over."""
    if asked.end is not None:
        return min(aware_utc(asked.end, "end"), now())
    return now() - parse_delay(asked.logs.settle)
