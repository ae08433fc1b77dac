"""Tracking: what an evaluated window leaves in MLflow: runs, metrics, tables, and a report that explains the verdict.

`Tracker.connect()` is the door; `render_report` makes the page.
"""

from tasks.tracking.report import render_report
from tasks.tracking.tracker import Tracker

__all__ = ["Tracker", "render_report"]
