"""The judge held against people's labels: look up → judge → compare → record."""

from __future__ import annotations

from datetime import datetime
from textwrap import shorten
from typing import Any

from prefect.client.schemas import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.calibrating.record import publish_calibration
from flows.calibrating.rooms import calibrating, examination
from flows.running.door import door
from tasks.domain.calibration import CalibrationReport
from tasks.domain.settings.judging import Judge
from tasks.domain.settings.labels import Labels
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.words import Name


def _run_name() -> str:
    """Say the service in the name of the run."""
    asked: dict[str, Any] = flow_run.parameters
    return f"{asked.get('service', 'calibrate')} judge against people"


@door("calibrate", _run_name)
def calibrate(
    service: Name,
    labels: Labels,
    logs: LogSource,
    judge: Judge = Judge(),
    window: str = "1h",
    start: datetime | None = None,
    end: datetime | None = None,
    precision: float = 0.02,
) -> CalibrationReport | State[CalibrationReport]:
    """Hold the judge against people: what it can be trusted for, what people would give each release, what is missing.

    Args:
        service: The served application.
        labels: Where people's scores of its interactions are. Let them score a random sample, best of what was judged.
        logs: Where the interaction logs are.
        judge: The judge that is held against people; asked only what it was not asked before.
        window: Length of the windows that were evaluated: 15m, 1h, 3h, 6h, 1d.
        start: Interactions and windows from here on (with time zone); empty: all.
        end: Up to here (with time zone); empty: now.
        precision: A bias within this does not matter, and a level is known when it is known to so much either way.
    """
    asked = examination(service, labels, logs, judge, window, start, end, precision)
    with calibrating(asked) as rooms:
        labeled = rooms.look_up()
        judged = rooms.judge(labeled)
        report = rooms.record(rooms.compare(labeled, judged))
        publish_calibration(report, rooms.link)
    return Completed(message=shorten(report.text, 500, placeholder=" …"), name="Calibrated", data=report)
