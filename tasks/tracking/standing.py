"""How a service stands: which release is live, what is said of it, since when, how sure that is, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.domain.report import FindingReport, WindowReport
from tasks.tracking.incidents import incidents_of

_DAY = timedelta(days=1)
NOT_YET = "not evaluated yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A service at a glance.

    Attributes:
        live: The release that serves; None where the registry knows of none.
        release: The one that is spoken of: the live one, else that of the newest window.
        newest: Its newest window; None before its first.
        since: Start of the first of its newest windows with this verdict in a row.
        windows: All windows that are spoken of, in time order.
        done: What was done lately, newest first, in words that begin with the time.
        mode: What the policy does about a failure.
        flow_run_url: Where the run that found this can be looked at.
        alarms: What became of the alarms so far, beside what was promised.
    """

    service: str
    live: str | None
    release: str
    newest: WindowReport | None
    since: datetime | None
    windows: tuple[WindowReport, ...]
    done: tuple[str, ...] = ()
    owner: str = ""
    mode: str = ""
    flow_run_url: str = ""
    alarms: str = ""

    @property
    def verdict(self) -> str:
        """The newest verdict, in words."""
        return self.newest.verdict if self.newest else NOT_YET

    @property
    def quality(self) -> FindingReport | None:
        """What was found of the quality in the newest window."""
        found = self.newest.findings if self.newest else []
        return next((finding for finding in found if finding.monitor == "quality"), None)

    @property
    def judge_usd_a_day(self) -> float | None:
        """What the judge cost in the day up to the newest window; None where no price is known."""
        if not self.windows:
            return None
        after = max(window.end for window in self.windows) - _DAY
        known = [window.judge_usd for window in self.windows if window.end > after and window.judge_usd is not None]
        return sum(known) if known else None

    @property
    def incident(self) -> WindowReport | None:
        """The window that decided the newest incident; None without one."""
        found = incidents_of(self.windows)
        if not found:
            return None
        return next(window for window in found[-1].windows if window.verdict == found[-1].verdict)

    @property
    def answer(self) -> str:
        """What was done about the newest incident, in a few words, without when and by whom; empty: nothing yet.

        That is the newest move away from its release since it began, or back to it by an undo: a release or a share of
        another one is no answer to it.
        """
        bad = self.incident
        if bad is None:
            return ""
        after = [words for words in self.done if words[:16] >= f"{bad.start:%Y-%m-%d %H:%M}"]
        moves = [words[18:].split(" by ", maxsplit=1)[0] for words in after]
        away, back = f": {bad.release} → ", f" → {bad.release}"
        about = (move for move in moves if away in move or (move.endswith(back) and "undone" in move))
        return next(about, "")


def standing_of(
    service: str,
    windows: Sequence[WindowReport],
    live: str | None,
    *,
    done: Sequence[str] = (),
    owner: str = "",
    mode: str = "",
    flow_run_url: str = "",
    alarms: str = "",
) -> Standing:
    """Return how a service stands after its windows.

    Args:
        service: Which.
        windows: Its windows, in any order; at least one.
        live: The release that serves, if that is known.
        done: What was done lately, newest first.
        owner: Who owns the service.
        mode: What the policy does about a failure.
        flow_run_url: Where the run that found this can be looked at.
        alarms: What became of the alarms so far, beside what was promised.
    """
    known = sorted(windows, key=lambda window: (window.start, window.release))
    release = live or known[-1].release
    mine = [window for window in known if window.release == release]
    others = [window.start for window in known if window.release != release]
    since = None
    for window in reversed(mine):
        away = since is not None and any(window.end <= other < since for other in others)
        if window.verdict != mine[-1].verdict or away:
            break
        since = window.start
    return Standing(
        service=service,
        live=live,
        release=release,
        newest=mine[-1] if mine else None,
        since=since,
        windows=tuple(known),
        done=tuple(done),
        owner=owner,
        mode=mode,
        flow_run_url=flow_run_url,
        alarms=alarms,
    )
