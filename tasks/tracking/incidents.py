"""Incidents: stretches of a release's windows that warned or failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.domain.report import WindowReport
from tasks.domain.verdict import Verdict, worst

BAD = (Verdict.WARN.value, Verdict.FAIL.value)
"""What begins an incident."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A stretch of one release's windows, from its first warning to the window in which it passed again.

    Attributes:
        release: Whose.
        windows: All windows of the stretch in time order; the inconclusive ones between belong to it.
        over: Whether it passed again.
    """

    release: str
    windows: tuple[WindowReport, ...]
    over: bool

    @property
    def verdict(self) -> str:
        """The worst verdict in it."""
        return worst(Verdict(window.verdict) for window in self.windows).value


def incidents_of(windows: Sequence[WindowReport]) -> list[Incident]:
    """Return the incidents of a period, oldest first."""
    found = []
    for release, mine in by_release(windows).items():
        open_since: list[WindowReport] = []
        for window in mine:
            if open_since and window.verdict == Verdict.PASS.value:
                found.append(Incident(release, tuple(open_since), over=True))
                open_since = []
            elif open_since or window.verdict in BAD:
                open_since.append(window)
        if open_since:
            found.append(Incident(release, tuple(open_since), over=False))
    return sorted(found, key=lambda incident: incident.windows[0].start)


def by_release(windows: Sequence[WindowReport]) -> dict[str, list[WindowReport]]:
    """Return each release's windows in time order, by the release that was seen first."""
    found: dict[str, list[WindowReport]] = {}
    for window in sorted(windows, key=lambda window: window.start):
        found.setdefault(window.release, []).append(window)
    return found
