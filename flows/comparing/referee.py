"""What follows from a decided comparison: the candidate gets all traffic, or none; or it is said what would be done."""

from __future__ import annotations

from flows.comparing.contest import Contest
from flows.people.telling import Teller
from flows.records.decision import Decision as Stop
from flows.records.kinds import ActionKind
from flows.records.mandate import Mandate
from flows.records.moves import IN_THE_MIDDLE, candidate_of, in_the_middle
from flows.records.promotions import Promoted, Promotions, promotion_id
from flows.records.recorded import is_forsaken
from flows.requests.doorbell import record_decision, ring_promotion, ring_rollback, tell_refused
from flows.requests.promotion import conditions
from flows.requests.request import words_of
from flows.running.clock import now
from flows.running.embedded import is_embedded
from flows.switching.lookout import Lookout
from tasks.alerts import Kind
from tasks.domain.release import Mark
from tasks.domain.window import parse_delay
from tasks.experiments import Decision, Outcome
from tasks.registry import Registry
from tasks.routing import Condition, check, missing
from tasks.store import Action, ActionState, Store
from tasks.tracking import Studies

_NOBODY = Condition(
    "a person", holds=False, words="nobody can be asked without a Prefect server: run roll_back or promote by hand"
)


class Referee:
    """Acts on the decision of one comparison; what moves traffic runs where the credentials are.

    Args:
        contest: What was asked.
        store: Where actions and messages wait.
        run_id: The comparison's run in MLflow.
    """

    def __init__(self, contest: Contest, store: Store, run_id: str | None) -> None:
        self._contest = contest
        self._run_id = run_id
        self._store = store
        self._teller = Teller(contest.service, contest.alerts, store)
        self._stop_id = f"stop-{contest.key}"
        self._ids = (self._stop_id, promotion_id(contest.key))

    def act(self, decision: Decision) -> tuple[list[str], bool]:
        """Do what the policy allows, and tell people.

        Returns:
            In words what was done; and whether that is all, or the next run is to try again.
        """
        asked = self._contest
        begun = [one for one in in_the_middle(self._store, asked.service) if one.id in self._ids]
        done, settled = (self._ring(begun[0]), True) if begun else self._answer(decision)
        words = f"{asked.candidate} against {asked.control}: {decision.outcome.value}. {decision.reason}"
        if self._fresh(decision):
            key = f"{asked.key}/{'settled' if settled else 'refused'}"
            self._teller.say(Kind.COMPARED, key, [words, done], asked.candidate, self._link)
        return [done, *self._teller.send()], settled

    def take_up(self) -> list[str]:
        """Ring again for what was asked for and whose run died; returns in words what came of it."""
        left = [self._store.actions.get(one) for one in self._ids]
        done = [self._ring(action) for action in left if action is not None and _is_left(action)]
        return [*done, *self._teller.send()] if done else []

    def _ring(self, action: Action) -> str:
        return ring_rollback(action) if action.kind == ActionKind.ROLLBACK else ring_promotion(action)

    @property
    def _link(self) -> str | None:
        return Studies.connect().link(self._contest.service, self._run_id) if self._run_id else None

    def _fresh(self, decision: Decision) -> bool:
        return decision.at is not None and decision.at >= now() - parse_delay(self._contest.policy.freshness)

    def _answer(self, decision: Decision) -> tuple[str, bool]:
        asked = self._contest
        wanted = {Outcome.PROMOTE: f"promote {asked.candidate}", Outcome.STOP: f"stop {asked.candidate}"}
        what = wanted.get(decision.outcome)
        if what is None:
            ended = asked.test is not None and asked.test.ended is not None
            return "nothing: the test is over" if ended else "nothing: both may serve until a person decides", True
        if asked.policy.mode == "off":
            return "nothing: policy.mode is off", True
        if not self._fresh(decision):
            return f"did not {what}: the decision is older than policy.freshness {asked.policy.freshness}", True
        board = Lookout(asked.service, self._store, Registry.connect(), allow_private=asked.target.allow_private)
        answer = self._stop if decision.outcome is Outcome.STOP else self._promote
        unmet, done = answer(decision, board)
        if not unmet:
            return done or f"dry run: would {what}", True
        words = words_of(unmet)
        if asked.policy.mode == "dry_run":
            return f"dry run: would not {what} ({words})", True
        return f"did not {what}. {words}", False

    def _unmet(self, checked: list[Condition]) -> list[Condition]:
        """Return what is missing; in a dry run the mode is no obstacle, it is the point."""
        unmet = missing(checked)
        if self._contest.policy.mode == "dry_run":
            return [condition for condition in unmet if condition.name != "mode"]
        return [*unmet, _NOBODY] if self._contest.policy.mode == "approve" and is_embedded() else unmet

    def _stop(self, decision: Decision, board: Lookout) -> tuple[list[Condition], str]:
        """Ask for the rollback to the control; of a candidate that others route, say that they must take it away."""
        asked, mode = self._contest, self._contest.policy.mode
        live = board.registry.live(asked.service)
        if asked.candidate not in {live.name if live else None, candidate_of(self._store, asked.service)}:
            return [], self._close(board, decision)
        stop = self._rollback(decision)
        unmet = self._unmet(check(board.situation(stop.id, stop, asked.control)))
        if mode == "dry_run":
            return unmet, ""
        words = words_of(unmet)
        state = ActionState.REFUSED if unmet else ActionState.REQUESTED
        action = record_decision(self._store, stop, asked.control, state, words)
        if unmet and action is not None:
            tell_refused(stop, words)
        if unmet or action is None:
            return unmet, ""
        if mode == "approve":
            waits = [f"Roll back {asked.candidate} → {asked.control}? {stop.reason}"]
            self._teller.say(Kind.ROLLBACK_REQUESTED, stop.id, waits, asked.candidate, self._link)
        return [], ring_rollback(action)

    def _rollback(self, decision: Decision) -> Stop:
        asked = self._contest
        assert decision.at is not None  # it is final
        return Stop(
            id=self._stop_id,
            service=asked.service,
            release=asked.candidate,
            window_start=decision.at - asked.length,
            window_end=decision.at,
            config_hash=asked.key,
            reason=f"A/B test: {decision.reason}",
            absolute_only=False,
            own_baseline=False,
            feature=None,
            baseline=None,
            level=None,
            mlflow_run_id=self._run_id,
            mandate=asked.mandate,
            control=asked.control,
        )

    def _close(self, board: Lookout, decision: Decision) -> str:
        """Close a candidate's way to all traffic, where it is known."""
        asked = self._contest
        routed = f"{asked.candidate} gets its traffic from elsewhere: take its share away where that is split"
        if asked.policy.mode != "auto" or board.registry.find(asked.service, asked.candidate) is None:
            return f"{'dry run: ' if asked.policy.mode == 'dry_run' else ''}{routed}"
        board.registry.mark(asked.service, asked.candidate, Mark.QUARANTINED, f"A/B test: {decision.reason}")
        return f"{asked.candidate} is quarantined; {routed}"

    def _promote(self, decision: Decision, board: Lookout) -> tuple[list[Condition], str]:
        """Ask for all traffic for the candidate."""
        asked = self._contest
        assert decision.at is not None  # it is final
        decided = Promoted(comparison=asked.key, decided_at=decision.at, mandate=asked.mandate)
        promotions = Promotions(asked.service, self._store)
        action = promotions.record(decided, asked.control, asked.candidate, decision.reason)
        unmet = self._unmet(conditions(action, action.id, board))
        if unmet or asked.policy.mode == "dry_run":
            return unmet, ""
        if asked.policy.mode == "approve":
            waits = [f"Promote {asked.candidate}? {decision.reason}"]
            self._teller.say(Kind.PROMOTION_REQUESTED, action.id, waits, asked.candidate, self._link)
        return [], ring_promotion(action)


def _is_left(action: Action) -> bool:
    """Whether nobody is at a request any more; what was only said in a dry run never was one."""
    policy = Mandate.of(action.detail).policy
    if policy.mode not in {"approve", "auto"}:
        return False
    begun = action.state in IN_THE_MIDDLE or action.state is ActionState.REQUESTED
    return begun or is_forsaken(action, policy.approval_timeout)
