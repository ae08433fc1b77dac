"""What surrounds a release's windows: the service's rows and cost, and how its other releases fared meanwhile."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from flows.evaluating.deciding import ReleaseOnTrial
from flows.evaluating.rules import Surroundings
from tasks.decisions.drop import History, Level
from tasks.domain.summary import WindowSummary
from tasks.domain.window import Window

Between = Callable[[str, datetime, datetime], Sequence[WindowSummary]]
"""Gives a release's summaries of windows that lie in `[start, end)`, in time order."""

_BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Neighbours:
    """Surroundings of the windows of one service.

    Args:
        releases: The names of the service's releases.
        between: Their summaries.
    """

    def __init__(self, releases: Callable[[], Sequence[str]], between: Between) -> None:
        self._releases = releases
        self._between = between
        self._noted: dict[tuple[str, str], dict[datetime, dict[str, Level]]] = {}

    @classmethod
    def remembered(cls, summaries: Mapping[str, Sequence[WindowSummary]]) -> Neighbours:
        """Return the neighbours among summaries at hand, by release and in time order."""
        starts = {release: [summary.window_start for summary in kept] for release, kept in summaries.items()}

        def between(release: str, start: datetime, end: datetime) -> Sequence[WindowSummary]:
            known = starts[release]
            part = summaries[release][bisect_left(known, start) : bisect_left(known, end)]
            return [summary for summary in part if summary.window_end <= end]

        names = list(summaries)
        return cls(lambda: names, between)

    def of(self, summary: WindowSummary, on_trial: ReleaseOnTrial) -> Surroundings:
        """Return the service's rows in the window, its known cost on that UTC day up to its end, and other releases.

        Args:
            summary: The window's.
            on_trial: Whose it is; the others are measured with its features.
        """
        window = Window(summary.window_start, summary.window_end)
        day = window.start.replace(hour=0, minute=0, second=0, microsecond=0)
        rows, spent, known = 0, 0.0, False
        for release in self._releases():
            for other in self._between(release, min(day, window.start), window.end):
                if other.window_start == window.start:
                    rows += other.rows
                if other.cost_usd is not None:
                    spent, known = spent + other.cost_usd, True
        others = _Others(self, on_trial, window.end)
        return Surroundings(service_rows=rows, spent_today_usd=spent if known else None, others=others)

    def levels(self, release: str, on_trial: ReleaseOnTrial, until: datetime) -> History:
        """Return another release's levels up to a time, as the monitors of the release on trial see them."""
        noted = self._noted.setdefault((on_trial.trial.fingerprint, release), {})
        newest = max(noted, default=_BEGINNING)
        for summary in self._between(release, newest, until):
            if summary.window_start not in noted:
                noted[summary.window_start] = on_trial.levels_in(summary)
        history: dict[str, list[Level]] = {}
        for start in sorted(noted):
            if start < until:
                for key, level in noted[start].items():
                    history.setdefault(key, []).append(level)
        return history

    def names(self) -> Sequence[str]:
        """Return the service's releases."""
        return self._releases()


class _Others(Mapping[str, History]):
    """Levels of the other releases up to a window; read only where a decision asks, which few do."""

    def __init__(self, neighbours: Neighbours, on_trial: ReleaseOnTrial, until: datetime) -> None:
        self._neighbours, self._on_trial, self._until = neighbours, on_trial, until

    def __getitem__(self, release: str) -> History:
        return self._neighbours.levels(release, self._on_trial, self._until)

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._neighbours.names() if name != self._on_trial.release)

    def __len__(self) -> int:
        return sum(1 for _ in self)
