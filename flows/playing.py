"""Made-up traffic through the real flows, window by window: the application asks the registry what to serve."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from flows import clock
from flows.evaluation import evaluate
from flows.releases import release
from tasks.domain.report import EvaluationReport, WindowReport
from tasks.domain.window import parse_delay, parse_length
from tasks.registry import Registry
from tasks.sources.made_up import MadeUpRelease, make_up

_SETTLE = "10m"


class Play:
    """One service, its made-up traffic, and Plumbline watching it.

    Args:
        service: Its name.
        place: Where its logs lie.
        window: Length of a window.
        releases: How each release answers.
        seed: Of all chance.
        per_day: Interactions a day.
        settings: Further settings of `evaluate`.
    """

    def __init__(
        self,
        service: str,
        place: Path,
        window: str,
        releases: Mapping[str, MadeUpRelease],
        *,
        seed: int,
        per_day: int = 1500,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.service = service
        self.window = window
        self.windows: list[WindowReport] = []
        self.actions: list[tuple[datetime, str]] = []
        self._logs = place
        self._length = parse_length(window)
        self._releases = releases
        self._seed = seed
        self._per_day = per_day
        self._settings = dict(settings or {})
        self._registry = Registry.connect()

    def send_out(self, name: str, at: datetime, by: str) -> None:
        """Register a release and route all traffic to it."""
        with clock.at(at):
            release(
                service=self.service,
                release=name,
                model=self._releases[name].model,
                prompt=f"You are the support bot (version {name}). Answer {{{{question}}}} from {{{{context}}}}.",
                by=by,
            )

    def serve(self, start: datetime, end: datetime) -> None:
        """Make up the traffic of a period, answered by whatever is live."""
        make_up(
            self._logs / f"{start:%Y%m%dT%H%M}.jsonl",
            seed=self._seed + int(start.timestamp()),
            end=end,
            days=(end - start) / timedelta(days=1),
            service=self.service,
            releases=[self._releases[self.live() or ""]],
            per_day=self._per_day,
        )

    def evaluate(self, start: datetime, end: datetime, **settings: Any) -> EvaluationReport:
        """Evaluate a period as the schedule would have, right after it ended."""
        with clock.at(end + parse_delay(_SETTLE)):
            report = cast(
                "EvaluationReport",
                evaluate(
                    service=self.service,
                    logs={"path": str(self._logs / "*.jsonl")},
                    window=self.window,
                    start=start,
                    end=end,
                    **(self._settings | settings),
                ),
            )
        self.windows += report.windows
        self.actions += [(end, words) for words in report.actions]
        return report

    def live_through(self, start: datetime, end: datetime) -> None:
        """Let traffic come and be evaluated window by window: what is rolled back in one serves in the next."""
        while start < end:
            self.serve(start, start + self._length)
            self.evaluate(start, start + self._length)
            start += self._length

    def live(self) -> str | None:
        """Return what is live now, as the application reads it from the registry."""
        found = self._registry.live(self.service)
        return found.name if found else None
