"""What a monitor is: features to bet on, observations of them in a window, and a finding in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tasks.domain.feature import Feature, Observation
from tasks.domain.finding import Finding
from tasks.domain.settings.monitors import Monitors
from tasks.domain.summary import WindowSummary
from tasks.monitors.reference import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One window of one release, with what surrounds it.

    Attributes:
        summary: What was counted.
        reference: The baseline; None while there is none.
        repeats: How often the release's judged content repeated so far, Σ N² / Σ N, this window included.
        service_rows: Rows of all releases of the service in this window.
        spent_today_usd: Known cost of the service on this UTC day up to this window's end.
        coverage_floor: Scored share of the sample below which judged monitors are inconclusive.
        max_quarantined: Share of unusable rows above which the window is inconclusive.
        design_effects: Of a window's scores as the baseline shows them, by feature key.
        statistics: Whether the statistics that people read beside the evidence are computed.
    """

    summary: WindowSummary
    reference: Reference | None
    repeats: float = 1.0
    service_rows: int = 0
    spent_today_usd: float | None = None
    coverage_floor: float = 0.9
    max_quarantined: float = 0.05
    design_effects: Mapping[str, float]
    statistics: bool = True

    @property
    def judged_enough(self) -> bool:
        """Whether the judge scored enough of the sample, and itself stayed in place, to speak of quality at all."""
        enough = self.summary.scored > 0 and self.summary.coverage >= self.coverage_floor
        return enough and not self.summary.judge.moved

    def repeats_among(self, rows: int) -> float:
        """Return Σ N² / Σ N for `rows` of the window when the judged sample is only a part of them.

        The chance that two rows share their content is the same in the sample: the excess over 1 grows with the rows.
        """
        scored = self.summary.scored
        return 1.0 + (self.repeats - 1.0) * max(1.0, rows / scored) if scored else 1.0


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A monitor without its column or price: no finding, but said why."""

    monitor: str
    why: str


class Monitor(Protocol):
    """A watch on one aspect of a release."""

    @property
    def name(self) -> str:
        """Its name in settings, findings and metrics."""
        ...

    def features(self, settings: Monitors, reference: Reference | None, *, strict: bool) -> tuple[Feature, ...]:
        """Return what it bets on: objectives always, comparisons once there is a baseline."""
        ...

    def observe(self, settings: Monitors, moment: Moment) -> dict[str, Observation]:
        """Return this window's values of its features, by feature key; a feature without values is left out."""
        ...

    def findings(self, settings: Monitors, moment: Moment) -> tuple[Finding, ...] | NotMeasured:
        """Return what it found, before the evidence is asked."""
        ...
