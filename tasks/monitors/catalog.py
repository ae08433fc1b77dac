"""Every monitor by its name; a new one is a file, its settings and a line here."""

from __future__ import annotations

from tasks.domain.feature import Feature, Observation
from tasks.domain.finding import Finding
from tasks.domain.settings.monitors import Monitors
from tasks.monitors.base import Moment, Monitor, NotMeasured
from tasks.monitors.cost import CostMonitor
from tasks.monitors.drift import DriftMonitor
from tasks.monitors.errors import ErrorsMonitor
from tasks.monitors.feedback import FeedbackMonitor
from tasks.monitors.intake import IntakeMonitor
from tasks.monitors.judge import JudgeMonitor
from tasks.monitors.judged import JudgedMonitor
from tasks.monitors.latency import LatencyMonitor
from tasks.monitors.reference import Reference
from tasks.monitors.volume import VolumeMonitor

CATALOG: dict[str, Monitor] = {
    monitor.name: monitor
    for monitor in (
        JudgedMonitor("quality", high_is_good=True),
        JudgedMonitor("toxicity", high_is_good=False),
        ErrorsMonitor(),
        LatencyMonitor(),
        CostMonitor(),
        FeedbackMonitor(),
        DriftMonitor(),
        VolumeMonitor(),
        JudgeMonitor(),
        IntakeMonitor(),
    )
}


def enabled(settings: Monitors) -> tuple[Monitor, ...]:
    """Return the monitors that are switched on; the judge and the intake always are."""
    return tuple(
        monitor for name, monitor in CATALOG.items() if getattr(getattr(settings, name, None), "enabled", True)
    )


def features(settings: Monitors, reference: Reference | None, *, strict: bool) -> tuple[Feature, ...]:
    """Return all features to bet on."""
    return tuple(
        feature for monitor in enabled(settings) for feature in monitor.features(settings, reference, strict=strict)
    )


def observe(settings: Monitors, moment: Moment) -> dict[str, Observation]:
    """Return the window's observations of all features."""
    seen: dict[str, Observation] = {}
    for monitor in enabled(settings):
        seen |= monitor.observe(settings, moment)
    return seen


def find(settings: Monitors, moment: Moment) -> tuple[tuple[Finding, ...], dict[str, str]]:
    """Return (findings, why the others were not measured, by monitor)."""
    found: list[Finding] = []
    missing: dict[str, str] = {}
    for monitor in enabled(settings):
        outcome = monitor.findings(settings, moment)
        if isinstance(outcome, NotMeasured):
            missing[outcome.monitor] = outcome.why
        else:
            found += outcome
    return tuple(found), missing
