"""One request to change production: checked, asked about, checked again, carried out, and told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from prefect.client.schemas import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.people.approval import Answer, ask
from flows.people.telling import Teller
from flows.records.mandate import Mandate
from flows.running.artifacts import leave
from tasks.domain.errors import LeaseHeldError
from tasks.domain.markdown import escaped
from tasks.domain.report import ActionReport, ConditionReport
from tasks.domain.window import parse_delay
from tasks.routing import Condition
from tasks.store import ActionState, Store

R = TypeVar("R", bound=ActionReport)


class Request(ABC, Generic[R]):
    """A request; what an event or a form says of a decision is not believed, its record is.

    Args:
        service: Whose production.
        decision_id: The decision it follows; None: a person asks.
        approve: Whether a person is asked in any case.
        dry_run: Whether it is only said what would be done.
        by: Who asks.
    """

    artifact: ClassVar[str]
    """What the key of its artifact begins with."""
    doing: ClassVar[str]
    """What another run is at, where one holds the lease."""

    def __init__(self, service: str, decision_id: str | None, *, approve: bool, dry_run: bool, by: str) -> None:
        self.service = service
        self._decision_id = decision_id
        self._approve = approve
        self._dry_run = dry_run
        self._by = by or ("policy" if decision_id else "a person")
        self._answer: Answer | None = None
        self._conditions: list[Condition] = []

    @property
    @abstractmethod
    def mandate(self) -> Mandate:
        """What may be done: the decision's own where it follows one, whatever was given beside."""

    @property
    def asks(self) -> bool:
        """Whether a person is asked; by hand one was."""
        return self._approve or (self._decision_id is not None and self.mandate.policy.mode == "approve")

    @property
    def approval(self) -> dict[str, str]:
        """Who was asked and said yes, and why, for the record; empty when nobody was asked."""
        return {"approved_by": self._answer.by, "approved_why": self._answer.words} if self._answer else {}

    @property
    def _before(self) -> ActionState:
        """Where its record stands once it was taken up."""
        return ActionState.WAITING if self.asks else ActionState.REQUESTED

    def settle(self) -> R:
        """Go the whole way, as far as conditions and people let it; returns what it came to."""
        try:
            report = self.begin()
            if report is not None:
                return report
            if self.asks:
                self.ask()
            return self.carry_out()
        except LeaseHeldError as error:
            return self._report("known", f"another run is {self.doing} {self.service!r}: {error}")

    @abstractmethod
    def begin(self) -> R | None:
        """Check every condition and take the request up; a report where that settles it, None to go on."""

    def ask(self) -> None:
        """Ask a person, with what is known."""
        policy = self.mandate.policy
        question = [
            *self._question(),
            "",
            *(f"- {condition.name}: {escaped(condition.words)}" for condition in self._conditions),
            "",
            f"Without an answer within {policy.approval_timeout} "
            + ("it is done." if policy.approval_default == "approve" else "nothing is changed."),
        ]
        timeout = parse_delay(policy.approval_timeout)
        self._answer = ask("\n".join(question), timeout, policy.approval_default)
        self._by = self._answer.by

    @abstractmethod
    def carry_out(self) -> R:
        """Check everything again, do it, read back, and record."""

    def tell(self, report: R) -> None:
        """Tell people, leave the outcome as an artifact, and tell it as an event; never text of users."""
        with Store.open() as store:
            teller = Teller(self.service, self.mandate.alerts, store)
            self._say(teller, report)
            for words in teller.send():
                get_run_logger().warning(words)
        title = self.artifact.capitalize()
        leave(self.artifact, self.service, markdown(report), f"{title} of {self.service}: {report.state}")
        self._emit(report)

    @abstractmethod
    def _question(self) -> list[str]:
        """Return what a person is asked, as Markdown."""

    @abstractmethod
    def _say(self, teller: Teller, report: R) -> None:
        """Write down what people need to know of the outcome, unless that was done where it happened."""

    @abstractmethod
    def _emit(self, report: R) -> None:
        """Tell the outcome as an event."""

    @abstractmethod
    def _report(self, state: str, text: str) -> R:
        """Return the report of an outcome."""

    def _reported(self) -> list[ConditionReport]:
        return [ConditionReport(name=one.name, holds=one.holds, words=one.words) for one in self._conditions]


def words_of(unmet: Iterable[Condition]) -> str:
    """Return what is missing, in one line."""
    return "; ".join(f"{condition.name}: {condition.words}" for condition in unmet)


def ended(report: R) -> State[R]:
    """Return the final state of a run: what it came to, in words; failed only where a target refused."""
    if report.state == "failed":
        return Failed(message=report.text, name="Failed", data=report)
    return Completed(message=report.text, name=report.state.replace("_", " ").capitalize(), data=report)


def markdown(report: ActionReport) -> str:
    """Return the artifact of an action: what was done, and each condition with what was found."""
    lines = [f"# {report.state.replace('_', ' ').upper()} · {escaped(report.service)}", "", escaped(report.text)]
    if report.conditions:
        lines += ["", "| condition | holds | found |", "|---|---|---|", *_rows(report.conditions)]
    return "\n".join(lines)


def _rows(conditions: Sequence[ConditionReport]) -> list[str]:
    return [f"| {one.name} | {'yes' if one.holds else '**no**'} | {escaped(one.words)} |" for one in conditions]
