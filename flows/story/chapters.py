"""The demo's story: what befalls a service in a fortnight, and what is to be found and done about it each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flows.story.drill import Drill
from flows.story.playing import Play
from tasks.domain.report import WindowReport
from tasks.domain.verdict import Verdict, worst
from tasks.sources.made_up import MadeUpRelease

DAYS = 14

RELEASES = {
    name: MadeUpRelease(name=name, bad_share=bad, latency_factor=0.8)
    for name, bad in (("1", 0.03), ("2", 0.03), ("3", 0.03), ("4", 0.2))
}
"""The last one is bad: one answer in five has nothing to do with what it was to rest on."""

_CAMPAIGN = {"two-factor": 25.0, "card-declined": 25.0, "vat": 25.0}
"""Questions a campaign brings: three topics are asked about 25 times as often as before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A stretch of the fortnight.

    Attributes:
        days: How long, in days.
        what: What happens, for the table; empty: nothing worth a row.
        release: What is sent out at its beginning.
        conduct: How the judge behaves.
        mix: What is asked more often than usual.
        at_once: Whether it is evaluated in one run at its end, rather than window by window.
        worst: The verdicts of which the worst window must have one.
        rolled_back: Whether a rollback must follow; else none may.
    """

    days: float
    what: str = ""
    release: str | None = None
    conduct: Mapping[str, Any] = field(default_factory=dict)
    mix: Mapping[str, float] | None = None
    at_once: bool = True
    worst: frozenset[Verdict] = frozenset({Verdict.PASS, Verdict.WARN})
    rolled_back: bool = False


ACTS: tuple[Act, ...] = (
    Act(days=4, what="release 1, the first", release="1"),
    Act(days=2, what="release 2, as good as 1", release="2"),
    Act(
        days=0.25,
        what="judge down for 6 h",
        conduct={"down": True},
        at_once=False,
        worst=frozenset({Verdict.INCONCLUSIVE}),
    ),
    Act(days=1.75),
    Act(
        days=0.75,
        what="judge 0.15 stricter for 18 h",
        conduct={"stricter": 0.15},
        at_once=False,
        worst=frozenset({Verdict.INCONCLUSIVE, Verdict.WARN}),
    ),
    Act(days=0.75),
    Act(days=1, what="other questions", mix=_CAMPAIGN, worst=frozenset({Verdict.WARN})),
    Act(days=0.5),
    Act(days=2, what="release 3, as good as 2", release="3"),
    Act(
        days=1,
        what="release 4, a bad one",
        release="4",
        at_once=False,
        worst=frozenset({Verdict.FAIL}),
        rolled_back=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Played:
    """An act that is over.

    Attributes:
        act: Which.
        start: When it began.
        end: When it was over.
        windows: Its windows, as they were evaluated first.
        actions: What was done, with the end of the window after which it was.
    """

    act: Act
    start: datetime
    end: datetime
    windows: Sequence[WindowReport]
    actions: Sequence[tuple[datetime, str]]

    @property
    def verdict(self) -> Verdict:
        """The worst of its windows."""
        return worst(Verdict(window.verdict) for window in self.windows)

    @property
    def rolled_back(self) -> str | None:
        """What was said of a rollback; None where there was none."""
        return next((words for _, words in self.actions if words.startswith("rolled back")), None)

    @property
    def as_expected(self) -> bool:
        """Whether Plumbline did what is right here."""
        return self.verdict in self.act.worst and (self.rolled_back is not None) == self.act.rolled_back


def perform(act: Act, play: Play, judge: Drill, start: datetime) -> Played:
    """Play one act."""
    end = start + timedelta(days=act.days)
    if act.release:
        play.send_out(act.release, start, "demo")
    judge.conduct(**act.conduct)
    play.live_through(start, end, act.mix, at_once=act.at_once)
    return Played(act, start, end, play.first_seen(start, end), play.actions(start, end))
