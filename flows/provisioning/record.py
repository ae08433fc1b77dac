"""What a plan of replicas leaves on record: a study for MLflow, an artifact and an event for Prefect."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import groupby

from prefect.runtime import flow_run

from flows.running.artifacts import leave, table
from flows.running.emitting import emit
from tasks.capacity import CapacityReport, HourReport
from tasks.domain.markdown import escaped
from tasks.domain.study import Study
from tasks.tracking import plan_figure, study_page

_HEAD = ("day (UTC)", "requests", "replicas", "busiest hour", "replica hours", "cost in USD")
_SHOWN = "Blue: requests an hour with their interval. Green: the replicas that serve them."


def capacity_study(report: CapacityReport) -> Study:
    """Return what is recorded of a plan: its hours as metrics and table, its picture, its manifest, the report."""
    hours = report.hours
    title = f"{report.service} {report.release}: replicas for the days ahead"
    figure = plan_figure(
        [(hour.start, hour.requests, *hour.interval) for hour in hours],
        [hour.replicas for hour in hours],
        "Requests an hour and the replicas that serve them",
        f"Expected requests of {len(hours)} hours with their interval, and {_span(hours)} replicas",
    )
    by_hour = {
        "capacity/requests": [hour.requests for hour in hours],
        "capacity/requests_low": [hour.interval[0] for hour in hours],
        "capacity/requests_high": [hour.interval[1] for hour in hours],
        "capacity/in_flight": [hour.in_flight for hour in hours],
        "capacity/replicas": [float(hour.replicas) for hour in hours],
        "capacity/wait_ms": [float("nan") if hour.wait_ms is None else hour.wait_ms for hour in hours],
    }
    whole = {
        "capacity/replica_hours": float(report.replica_hours),
        "capacity/broken_hours": float(report.broken_hours),
        "capacity/cost_usd": report.cost_usd,
        "capacity/peak_factor": report.demand.peak_factor,
        "capacity/growth_per_week": report.demand.growth_per_week,
        "capacity/service_mean_ms": report.service_time.mean_ms,
    }
    start, end = hours[0].start, hours[-1].start + timedelta(hours=1)
    return Study(
        kind="capacity",
        service=report.service,
        key=report.plan_id,
        name=f"{start:%Y-%m-%dT%H:%MZ} {report.release} capacity {report.outcome} replicas {_span(hours)}",
        text=_words(report),
        start=start,
        end=end,
        tags={
            "plumbline.release": report.release,
            "plumbline.verdict": report.outcome,
            "plumbline.decision_id": report.plan_id,
            "plumbline.flow_run_id": str(flow_run.id or ""),
        },
        params={name: str(value) for name, value in report.autoscaling.model_dump(mode="json").items()},
        metrics={
            **{
                name: tuple((hour.start, value) for hour, value in zip(hours, values, strict=True))
                for name, values in by_hour.items()
            },
            **{name: ((start, value),) for name, value in whole.items() if value is not None},
        },
        artifacts={
            "report.html": study_page(title, _words(report), figure, _HEAD, _days(report), _SHOWN),
            "plan.csv": _csv(hours),
            "plan.json": report.model_dump_json(indent=1),
            "horizontal_pod_autoscaler.json": json.dumps(report.autoscaler, indent=2),
        },
    )


def publish_capacity(report: CapacityReport, link_of: Callable[[str], str | None]) -> None:
    """Leave the plan as an artifact and tell it as an event."""
    address = link_of(report.mlflow_run_id) if report.mlflow_run_id else None
    lines = [f"# {report.outcome.upper()} · {escaped(report.service)} {escaped(report.release)}", ""]
    lines += [f"{escaped(line)}\n" for line in report.text.split("\n")]
    lines += table(_HEAD, _days(report))
    lines += ["", *(f"**Done:** {escaped(action)}" for action in report.actions)]
    lines += ["", *([f"[Plan, picture and manifest in MLflow]({address})"] if address else [])]
    description = f"Replicas of {report.service} {report.release}: {report.outcome}"
    leave("capacity", report.service, "\n".join(lines), description)
    event = f"capacity.{report.outcome}"
    emit(event, report.service, plan_id=report.plan_id, release=report.release, broken_hours=report.broken_hours)


def _words(report: CapacityReport) -> str:
    return "\n".join([report.text, *(f"Done: {action}" for action in report.actions)])


def _days(report: CapacityReport) -> list[list[str]]:
    """Return the plan as people read it, day by day."""
    price = report.autoscaling.replica_hour_usd
    rows = []
    for day, hours in ((day, list(of)) for day, of in groupby(report.hours, key=lambda hour: hour.start.date())):
        busiest = max(hours, key=lambda hour: hour.interval[1])
        number = sum(hour.replicas for hour in hours)
        rows.append(
            [
                f"{day:%a %Y-%m-%d}",
                f"{sum(hour.requests for hour in hours):,.0f}",
                _span(hours) + ("" if all(hour.holds for hour in hours) else " (short)"),
                f"{busiest.start:%H}–{busiest.start + timedelta(hours=1):%H} h, up to {busiest.interval[1]:,.0f}",
                f"{number:,}",
                "not known" if price is None else f"{price * number:,.2f}",
            ]
        )
    return rows


def _span(hours: Sequence[HourReport]) -> str:
    low, high = min(hour.replicas for hour in hours), max(hour.replicas for hour in hours)
    return f"{low}" if low == high else f"{low} to {high}"


def _csv(hours: Sequence[HourReport]) -> str:
    # Not ISO: MLflow's table shows those as empty cells.
    lines = ["start (UTC),replicas,requests,requests_low,requests_high,in_flight,wait_ms,holds"]
    lines += [
        f"{hour.start:%Y-%m-%d %H:%M},{hour.replicas},{hour.requests:.1f},{hour.interval[0]:.1f},"
        f"{hour.interval[1]:.1f},{hour.in_flight:.2f},{'' if hour.wait_ms is None else f'{hour.wait_ms:.0f}'},"
        f"{'yes' if hour.holds else 'no'}"
        for hour in hours
    ]
    return "\n".join(lines) + "\n"
