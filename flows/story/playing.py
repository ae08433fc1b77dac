"""Made-up traffic through the real flows: the application asks the registry what to serve, the schedule comes round."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from flows.evaluation import evaluate
from flows.releases import release
from flows.running import clock
from tasks.domain.report import EvaluationReport, JudgeSpend, WindowReport
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
        self.length = parse_length(window)
        self.settings = dict(settings or {})
        self.reports: list[tuple[datetime, EvaluationReport]] = []
        self._logs = place
        self._releases = releases
        self._seed = seed
        self._per_day = per_day
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

    def serve(self, start: datetime, end: datetime, mix: Mapping[str, float] | None = None) -> None:
        """Make up the traffic of a period, answered by whatever is live."""
        make_up(
            self._logs / f"{start:%Y%m%dT%H%M}.jsonl",
            seed=self._seed + int(start.timestamp()),
            end=end,
            days=(end - start) / timedelta(days=1),
            service=self.service,
            releases=[self._releases[self.live() or ""]],
            per_day=self._per_day,
            mix=mix,
        )

    def evaluate(self, end: datetime) -> None:
        """Evaluate what is new, and what is still open, as the schedule would have right after a window ended."""
        with clock.at(end + parse_delay(_SETTLE)):
            report = evaluate(
                service=self.service, logs={"path": str(self._logs / "*.jsonl")}, window=self.window, **self.settings
            )
        self.reports.append((end, cast("EvaluationReport", report)))

    def live_through(
        self, start: datetime, end: datetime, mix: Mapping[str, float] | None = None, *, at_once: bool = False
    ) -> None:
        """Let traffic come and be evaluated: window by window, or all of it at its end.

        Window by window, what is rolled back in one no longer serves in the next.
        """
        step = end - start if at_once else self.length
        while start < end:
            self.serve(start, start + step, mix)
            self.evaluate(start + step)
            start += step

    def live(self) -> str | None:
        """Return what is live now, as the application reads it from the registry."""
        found = self._registry.live(self.service)
        return found.name if found else None

    def windows(self) -> list[WindowReport]:
        """Return each window as it was evaluated last, in time order."""
        newest = {(one.start, one.release): one for _, report in self.reports for one in report.windows}
        return [newest[key] for key in sorted(newest)]

    def first_seen(self, start: datetime, end: datetime) -> list[WindowReport]:
        """Return the windows of a period as they were evaluated first, before any that stayed open was filled in."""
        first: dict[tuple[datetime, str], WindowReport] = {}
        for _, report in self.reports:
            for one in report.windows:
                first.setdefault((one.start, one.release), one)
        return [first[key] for key in sorted(first) if start <= key[0] < end]

    def actions(self, start: datetime, end: datetime) -> list[tuple[datetime, str]]:
        """Return what was done by the runs at the ends of a period's windows."""
        return [(at, words) for at, report in self.reports if start < at <= end for words in report.actions]

    def spend(self) -> JudgeSpend:
        """Return what judging cost over all runs."""
        spends = [report.judge for _, report in self.reports]
        return JudgeSpend(
            calls=sum(one.calls for one in spends),
            from_ledger=sum(one.from_ledger for one in spends),
            input_tokens=sum(one.input_tokens for one in spends),
            output_tokens=sum(one.output_tokens for one in spends),
            cost_usd=sum(one.cost_usd or 0.0 for one in spends),
        )
