"""Tracking: what an evaluated window leaves in MLflow: runs, metrics, tables, and a report that explains the verdict.

`Tracker.connect()` is the door; `render_report` makes the page; `assess` writes scores to the traces they are about.
"""

from tasks.tracking.assessments import assess
from tasks.tracking.report import render_report
from tasks.tracking.tracker import Tracker

__all__ = ["Tracker", "assess", "render_report"]
