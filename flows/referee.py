"""What follows from a decided comparison: the candidate gets all traffic, or none; or it is said what would be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flows.clock import now
from flows.contest import Contest
from flows.embedded import is_embedded
from flows.telling import Teller
from tasks.alerts import Kind
from tasks.domain.release import Mark, Origin
from tasks.domain.settings.capacity import Autoscaling
from tasks.domain.window import parse_delay
from tasks.experiments import Decision, Outcome
from tasks.registry import Registry
from tasks.store import Store

if TYPE_CHECKING:
    from tasks.domain.report import ReleaseReport, RollbackReport

_BY = "policy, by an A/B test"


class Referee:
    """Acts on the decision of one comparison.

    Args:
        contest: What was asked.
        store: Where messages wait.
    """

    def __init__(self, contest: Contest, store: Store) -> None:
        self._contest = contest
        self._teller = Teller(contest.service, contest.alerts, store)

    def act(self, decision: Decision) -> list[str]:
        """Do what the policy allows, tell people, and return in words what was done."""
        asked = self._contest
        done = self._answer(decision)
        words = f"{asked.candidate} against {asked.control}: {decision.outcome.value}. {decision.reason}"
        if decision.at is not None and decision.at >= asked.now - parse_delay(asked.policy.freshness):
            self._teller.say(Kind.COMPARED, asked.key, [words, done], asked.candidate)
        return [done, *self._teller.send()]

    def _answer(self, decision: Decision) -> str:
        asked = self._contest
        wanted = {Outcome.PROMOTE: f"promote {asked.candidate}", Outcome.STOP: f"stop {asked.candidate}"}
        what = wanted.get(decision.outcome)
        if what is None or asked.policy.mode == "off":
            return "nothing: policy.mode is off" if what else "nothing: both may go on serving until a person decides"
        if asked.policy.mode == "dry_run":
            return f"dry run: would {what}"
        if decision.at is None or decision.at < now() - parse_delay(asked.policy.freshness):
            return f"did not {what}: the decision is older than policy.freshness {asked.policy.freshness}"
        return self._stop(decision) if decision.outcome is Outcome.STOP else self._promote()

    def _stop(self, decision: Decision) -> str:
        """Roll back to the control where the candidate is live; else close its way to all traffic."""
        from flows.rollback import roll_back

        asked, registry = self._contest, Registry.connect()
        live = registry.live(asked.service)
        if live is not None and live.name == asked.candidate:
            if asked.policy.mode == "approve" and is_embedded():
                return "did not stop it: nobody can be asked without a Prefect server; run roll_back by hand"
            state = roll_back(
                service=asked.service,
                reason=f"A/B test: {decision.reason}",
                to=asked.control,
                target=asked.target,
                approve=asked.policy.mode == "approve",
                by=_BY,
                alerts=asked.alerts,
                return_state=True,
            )
            return cast("RollbackReport", state.result(raise_on_failure=False)).text
        if asked.policy.mode == "approve" or registry.find(asked.service, asked.candidate) is None:
            return f"{asked.candidate} is not live: take its share away where traffic is split"
        registry.mark(asked.service, asked.candidate, Mark.QUARANTINED, f"A/B test: {decision.reason}")
        return f"{asked.candidate} is quarantined; it is not live: take its share away where traffic is split"

    def _promote(self) -> str:
        """Route all traffic to the candidate, if the control is still what serves."""
        from flows.releases import release

        asked, registry = self._contest, Registry.connect()
        live, candidate = registry.live(asked.service), registry.find(asked.service, asked.candidate)
        if live is not None and live.name == asked.candidate:
            return f"{asked.candidate} is live already"
        if live is not None and live.name != asked.control:
            return f"did not promote {asked.candidate}: {live.name} is live now, not the control {asked.control}"
        if candidate is None or candidate.origin is not Origin.REGISTERED or candidate.configuration is None:
            return f"did not promote {asked.candidate}: it is not registered; release it by hand"
        if candidate.mark is Mark.QUARANTINED:
            return f"did not promote {asked.candidate}: it is quarantined ({candidate.why})"
        if asked.policy.mode == "approve":
            return f"ready to promote {asked.candidate}: run release with route all; a person decides"
        known = candidate.configuration
        state = release(
            service=asked.service,
            release=asked.candidate,
            model=known.model,
            endpoint=known.endpoint,
            prompt=known.prompt,
            config=dict(known.parameters),
            ab_test=dict(known.ab_test) if known.ab_test else None,
            autoscaling=Autoscaling.model_validate(known.autoscaling) if known.autoscaling else None,
            route="all",
            target=asked.target,
            by=_BY,
            return_state=True,
        )
        done = state.result(raise_on_failure=False)
        if isinstance(done, BaseException):
            return f"did not promote {asked.candidate}: {done}"
        return f"promoted: {cast('ReleaseReport', done).text}"
