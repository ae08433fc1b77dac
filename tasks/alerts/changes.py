"""One message for each state change: what changed between one window of a release and the next."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.alerts.message import Kind
from tasks.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class State:
    """What people were last told of a release.

    Attributes:
        verdict: Of the newest window that was decided; an undecided one changes nothing.
        judge_steady: Whether the judge could be relied on.
    """

    verdict: Verdict = Verdict.PASS
    judge_steady: bool = True

    def after(self, verdict: Verdict, *, judge_steady: bool) -> State:
        """Return the state after one more window."""
        decided = self.verdict if verdict is Verdict.INCONCLUSIVE else verdict
        return State(decided, judge_steady)


def changes(before: State, after: State) -> list[Kind]:
    """Return what people are told of: nothing while a state lasts.

    >>> changes(State(), State(Verdict.WARN))
    [<Kind.WARN: 'warn'>]
    >>> changes(State(Verdict.WARN), State(Verdict.WARN))
    []
    """
    told = []
    if before.judge_steady != after.judge_steady:
        told.append(Kind.JUDGE_STEADY if after.judge_steady else Kind.JUDGE_UNHEALTHY)
    if before.verdict is not after.verdict:
        told.append({Verdict.WARN: Kind.WARN, Verdict.FAIL: Kind.FAIL}.get(after.verdict, Kind.PASSED))
    return told
