"""Tracking: what an evaluated window leaves in MLflow: runs, metrics, tables, and a report that explains the verdict.

`Tracker.connect()` is the door, `Showcase.connect()` keeps the front pages; `render_report` makes a window's page,
`render_period` that of many windows; `newest_failure` says where to look first, `holds_services` whether there is
anything to look at; `assess` writes scores to the traces they are about; `Studies` records comparisons, calibrations
and plans beside the windows, each with a page of its own.
"""

from tasks.tracking.assessments import assess
from tasks.tracking.failures import FailedWindow, holds_services, newest_failure
from tasks.tracking.incidents import incidents_of
from tasks.tracking.pages.period import render_period
from tasks.tracking.pages.report import render_report
from tasks.tracking.pages.study import study_page
from tasks.tracking.pages.study_figures import interval_figure, plan_figure
from tasks.tracking.showcase import Showcase
from tasks.tracking.standing import Standing, standing_of
from tasks.tracking.studies import Studies
from tasks.tracking.tracker import Tracker

__all__ = [
    "FailedWindow",
    "Showcase",
    "Standing",
    "Studies",
    "Tracker",
    "assess",
    "holds_services",
    "incidents_of",
    "interval_figure",
    "newest_failure",
    "plan_figure",
    "render_period",
    "render_report",
    "standing_of",
    "study_page",
]
