"""Tracking: what an evaluated window leaves in MLflow: runs, metrics, tables, and a report that explains the verdict.

`Tracker.connect()` is the door; `render_report` makes the page, `embedded_uri` and `link_to_run` say where things are.
"""

from tasks.tracking.places import embedded_uri, link_to_run
from tasks.tracking.report import render_report
from tasks.tracking.tracker import Tracker

__all__ = ["Tracker", "embedded_uri", "link_to_run", "render_report"]
