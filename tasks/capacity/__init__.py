"""Capacity: how much traffic comes, how long requests would wait for it, and how many replicas that takes.

`measure_traffic` reads interactions, `demand` says what to expect, `plan_ahead` how many replicas serve it, `manifest`
tells Kubernetes; `forecast` is all of that, `capacity_report` what it says. `wait_quantile` is the queue behind it,
`waits` a simulation of the same.
"""

from tasks.capacity.demand import Demand, demand
from tasks.capacity.forecast import Forecast, forecast
from tasks.capacity.manifest import manifest
from tasks.capacity.planning import Plan, PlannedHour, plan, plan_ahead, replicas_for
from tasks.capacity.queueing import ServiceTime, concurrency, wait_quantile
from tasks.capacity.report import CapacityReport, HourReport, capacity_report
from tasks.capacity.simulation import waits, waits_by_plan
from tasks.capacity.traffic import Traffic, measure_traffic

__all__ = [
    "CapacityReport",
    "Demand",
    "Forecast",
    "HourReport",
    "Plan",
    "PlannedHour",
    "ServiceTime",
    "Traffic",
    "capacity_report",
    "concurrency",
    "demand",
    "forecast",
    "manifest",
    "measure_traffic",
    "plan",
    "plan_ahead",
    "replicas_for",
    "wait_quantile",
    "waits",
    "waits_by_plan",
]
