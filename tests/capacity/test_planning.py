"""Demand from hours of logs, and replicas that hold the objective without waste."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from pydantic import ValidationError

from tasks.capacity import (
    Demand,
    ServiceTime,
    demand,
    manifest,
    measure_traffic,
    plan,
    plan_ahead,
    replicas_for,
    waits_by_plan,
)
from tasks.capacity.manifest import follow
from tasks.domain.interaction import Interaction
from tasks.domain.settings.capacity import Autoscaling
from tasks.stats.interval import Interval

HOUR = timedelta(hours=1)
START = datetime(2026, 6, 1, tzinfo=UTC)  # a Monday
SCHEMA = json.loads((Path(__file__).parent / "horizontal_pod_autoscaler.schema.json").read_text())
EXPONENTIAL = ServiceTime(0.8, 1.0, 6.0)


def shape(hours: np.ndarray) -> np.ndarray:
    """Requests an hour: quiet nights, busy afternoons, half as much at weekends."""
    day = 1 + 0.8 * np.sin((hours % 24 - 9) / 24 * 2 * np.pi)
    return 3_000 * day * np.where(hours // 24 % 7 >= 5, 0.5, 1.0)


def learned(weeks: int = 4, growth: float = 0.0, seed: int = 1) -> Demand:
    """Return the demand after some weeks of made-up hours."""
    rng = np.random.default_rng(seed)
    hours = np.arange(weeks * 168)
    return demand(rng.poisson(shape(hours) * np.exp(growth * (hours - hours[-1]) / 168)).astype(float), START)


def test_too_little_is_refused():
    """Half a day; and a day without anyone."""
    with pytest.raises(ValueError, match="12 hours of logs"):
        demand(np.ones(12), START)
    with pytest.raises(ValueError, match="no request in 48 hours"):
        demand(np.zeros(48), START)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"min_replicas": 5, "max_replicas": 4}, "min_replicas 5 is more than"),
        ({"max_wait": 3}, "did you mean 'max_wait_ms'"),
        ({"deployment": "No_Name"}, "pattern"),
    ],
)
def test_bounds_that_cannot_be_are_refused(asked, words):
    """Naming the setting."""
    with pytest.raises(ValidationError, match=words):
        Autoscaling(**asked)


def test_growth_is_found_with_its_interval_and_unknown_before_two_weeks():
    """Five per cent a week; without growth the interval holds 0."""
    growing = learned(growth=0.05).growth
    assert growing.low < 0.05 < growing.high
    assert growing.low > 0
    still = learned().growth
    assert still.low < 0 < still.high
    few = demand(np.full(72, 50.0), START).growth
    assert (few.estimate, few.low, few.high) == (0.0, -math.inf, math.inf)


def test_the_peak_factor_is_that_of_the_shape():
    """1.8 / (6/7) of the mean hour."""
    peak = learned().peak_factor
    truth = shape(np.arange(168)).max() / shape(np.arange(168)).mean()
    assert peak.low < truth * 1.02
    assert peak.high > truth * 0.98


def test_an_hour_lies_below_its_upper_end_as_often_as_asked():
    """The week after four weeks, 8 times: 90 % of 1,344 hours, with days that differ by 15 %."""
    below = []
    for seed in range(8):
        rng = np.random.default_rng([2, seed])
        hours = np.arange(35 * 24)
        counts = rng.poisson(shape(hours) * rng.gamma(44, 1 / 44, hours.size)).astype(float)
        known = demand(counts[: 28 * 24], START)
        below += [counts[at] <= known.expect(START + int(at) * HOUR).high for at in hours[28 * 24 :]]
    assert np.mean(below) == pytest.approx(0.9, abs=0.03)


def test_hours_of_the_week_are_told_apart_from_two_weeks_on():
    """Before, hours of the day: one week cannot tell a Saturday from a slow day."""
    assert (learned(weeks=1).cycle, learned(weeks=2).cycle) == (24, 168)
    known = learned()
    saturday, friday = (known.expect(START + timedelta(days=day + 28, hours=15)) for day in (5, 4))
    assert saturday.high < friday.low


def test_traffic_is_counted_by_hour_and_measured_by_release():
    """Of this service only; failed calls count and are not measured."""
    rows = [
        Interaction(
            interaction_id=str(n),
            timestamp=START + n * timedelta(minutes=1),
            service="other" if n % 10 == 0 else "bot",
            release="1" if n < 150 else "2",
            latency_ms=800.0,
            error="timeout" if n % 7 == 0 else None,
        )
        for n in range(300)
    ]
    traffic = measure_traffic(rows, "bot", START, START + 5 * HOUR)
    assert traffic.hourly.tolist() == [54.0] * 5
    assert traffic.newest == "2"
    assert traffic.requests == {"1": 135, "2": 135}
    assert traffic.service_s["2"].tolist() == [0.8] * 116


def test_a_long_log_is_thinned_evenly():
    """Memory does not grow with the log; the quantiles stay."""
    rows = (
        Interaction(interaction_id="", timestamp=START, latency_ms=float(n % 1000 + 1), release="1")
        for n in range(100_000)
    )
    times = measure_traffic(rows, "bot", START, START + HOUR).service_s["1"]
    assert 10_000 <= times.size <= 20_001
    assert np.quantile(times, 0.95) == pytest.approx(0.95, abs=0.01)


def test_replicas_stay_within_their_bounds_and_broken_hours_are_named():
    """More than the most is never planned, and the hour says that it does not hold."""
    tight = Autoscaling(min_replicas=2, max_replicas=3)
    assert replicas_for(0.01, EXPONENTIAL, tight) == 2
    made = plan([(START, Interval(36_000, 35_000, 36_000))], EXPONENTIAL, tight)
    assert made.hours[0].replicas == 3
    assert made.broken == made.hours
    assert made.hours[0].wait_ms == math.inf
    assert made.cost_usd is None


def test_more_traffic_never_needs_fewer_replicas():
    """Over four decades of rates."""
    asked = Autoscaling(max_replicas=500)
    needed = [replicas_for(rate, EXPONENTIAL, asked) for rate in np.geomspace(0.01, 300, 60)]
    assert needed == sorted(needed)


def test_the_plan_of_a_day_holds_its_objective_with_hardly_more_than_the_best():
    """A simulated day of hourly rates: p95 wait in time, at most 1.2 of the fewest replicas that would do each hour."""
    rng = np.random.default_rng(73)
    asked = Autoscaling(max_replicas=60, max_wait_ms=500)
    known = learned()
    begin = START + timedelta(days=28)
    made = plan_ahead(known, EXPONENTIAL, asked.model_copy(update={"ahead_days": 1}), begin)
    rates = shape(np.arange(28 * 24, 29 * 24))
    arrivals = np.concatenate(
        [at * 3600 + np.sort(rng.random(rng.poisson(rate))) * 3600 for at, rate in enumerate(rates)]
    )
    times = rng.exponential(0.8, arrivals.size)
    waited = waits_by_plan(arrivals, times, [hour.replicas for hour in made.hours], 3600)
    in_time = [np.mean(waited[(arrivals // 3600) == at] <= 0.5) for at in range(24)]
    assert np.mean(waited <= 0.5) >= 0.95
    assert min(in_time) >= 0.93
    best = sum(fewest(rng, rate) for rate in rates)
    assert made.replica_hours <= 1.2 * best


def fewest(rng: np.random.Generator, rate: float) -> int:
    """Return the fewest constant replicas that serve 95 % of an hour in time, by simulation of ten hours."""
    arrivals = np.cumsum(rng.exponential(3600 / rate, int(rate * 10)))
    times = rng.exponential(0.8, arrivals.size)
    servers = max(math.ceil(rate / 3600 * 0.8), 1)
    while np.mean(waits_by_plan(arrivals, times, [servers], np.inf) <= 0.5) < 0.95:
        servers += 1
    return servers


@pytest.mark.parametrize("per_hour", [0.05, 0.3, 1, 8])
@pytest.mark.parametrize("max_wait_ms", [20, 500, 5000])
def test_the_autoscaler_runs_what_is_planned_and_little_more(per_hour: float, max_wait_ms: float):
    """With its tolerance of a tenth, at the traffic of every hour; cheaper than the peak's replicas all the time."""
    hours = np.arange(168)
    expected = [
        (START + int(at) * HOUR, Interval(rate, rate, rate))
        for at, rate in zip(hours, per_hour * shape(hours), strict=True)
    ]
    asked = Autoscaling(max_replicas=200, max_wait_ms=max_wait_ms)
    made = plan(expected, EXPONENTIAL, asked)
    fewest, use = follow(made, asked)
    run = [max(math.ceil(1000 * hour.in_flight / (1.1 * use)), fewest) for hour in made.hours]
    assert all(number >= hour.replicas for number, hour in zip(run, made.hours, strict=True))
    at_most = [max(math.ceil(1000 * hour.in_flight / use), fewest) for hour in made.hours]
    assert sum(at_most) <= made.peak.replicas * len(hours)


def test_a_quiet_service_is_not_answered_with_a_crowd():
    """One replica is enough at a fiftieth of its use: the autoscaler adds none before it is nearly full."""
    asked = Autoscaling()
    made = plan([(START, Interval(90, 80, 100))], EXPONENTIAL, asked)
    assert made.hours[0].replicas == 1
    assert follow(made, asked) == (1, 980)


def test_the_manifest_validates_against_its_schema():
    """autoscaling/v2, as Kubernetes documents it; a wrong one does not validate."""
    asked = Autoscaling(min_replicas=2, max_replicas=30, replica_hour_usd=0.4)
    made = plan_ahead(learned(), EXPONENTIAL, asked, START + timedelta(days=28))
    written = manifest("Support Bot", made, asked)
    jsonschema.validate(written, SCHEMA)
    assert written["spec"]["scaleTargetRef"]["name"] == "support-bot"
    assert written["spec"]["minReplicas"] >= 2
    assert made.cost_usd == pytest.approx(0.4 * made.replica_hours)
    assert made.constant_usd is not None
    assert made.constant_usd > made.cost_usd
    for wrong in ({"minReplicas": "2"}, {"maxReplica": 3}, {"metrics": [{"type": "Pod"}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(written | {"spec": written["spec"] | wrong}, SCHEMA)
