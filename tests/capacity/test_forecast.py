"""From logs to a plan and its words; what the logs do not say is an error or a note."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tasks.capacity import CapacityReport, Traffic, capacity_report, forecast, measure_traffic
from tasks.domain.errors import SettingsError
from tasks.domain.interaction import Interaction
from tasks.domain.scaling import ScalingPlan
from tasks.domain.settings.capacity import Autoscaling

START = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = timedelta(days=1)


def traffic(days: float = 3, per_hour: float = 3_000, **changes: object) -> Traffic:
    """Quiet nights, busy days; answers take 0.8 s on average."""
    rng = np.random.default_rng(4)
    hours = np.arange(round(24 * days))
    rates = per_hour * (1 + 0.8 * np.sin((hours % 24 - 9) / 24 * 2 * np.pi))
    fields = {
        "start": START,
        "hourly": rng.poisson(rates).astype(float),
        "service_s": {"1": rng.exponential(0.8, 2_000)},
        "requests": {"1": 1},
    } | changes
    return Traffic(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"requests": {}}, r"no request of 'bot' in 28 days before 2026-06-04 00:00Z; check logs.path"),
        ({"service_s": {}}, r"no release of 'bot' has enough measured latencies"),
        ({"days": 0.5}, r"'bot': 12 hours of logs; a plan needs at least 24"),
    ],
)
def test_logs_that_do_not_say_enough_are_one_clear_error(changes: dict, words: str) -> None:
    """With the setting to look at."""
    with pytest.raises(SettingsError, match=words):
        forecast("bot", traffic(**changes), Autoscaling(), None, START + 3 * DAYS)


def test_hours_outside_the_logs_are_not_hours_without_traffic() -> None:
    """Logs of two days in a month of history: the rest is unknown, the hour in which they begin is not whole."""
    rows = [
        Interaction(interaction_id=str(n), timestamp=START + 10 * DAYS + n * timedelta(minutes=7), release="1")
        for n in range(2 * 24 * 60 // 7)
    ]
    seen = measure_traffic(rows, "bot", START, START + 30 * DAYS)
    assert (seen.start, seen.end) == (START + 10 * DAYS + timedelta(hours=1), START + 12 * DAYS)
    assert seen.hourly.min() >= 8
    assert measure_traffic([], "bot", START, START + DAYS).hourly.size == 0


def test_the_live_releases_service_time_counts() -> None:
    """The newest in the logs may be a canary; without enough of the live one's the newest is taken, and told."""
    both = traffic(service_s={"1": np.full(200, 2.0), "2": np.full(200, 0.5)})
    asked, start = Autoscaling(), START + 3 * DAYS
    assert forecast("bot", both, asked, "1", start).service_time.mean_s == 2.0
    assert forecast("bot", both, asked, None, start).release == "2"
    made = forecast("bot", both, asked, "3", start + 2 * DAYS)
    assert made.notes == (
        "3 has too few measured latencies; those of 2 were taken",
        "the logs end at 2026-06-04 00:00Z, before the plan begins",
    )


def test_a_report_says_it_in_words_and_survives_json() -> None:
    """Replicas, cost, objective, traffic; hours without an end to the wait are None, not infinity."""
    asked = Autoscaling(max_replicas=60, replica_hour_usd=0.5, ahead_days=1)
    report = capacity_report(forecast("bot", traffic(), asked, "1", START + 3 * DAYS))
    numbers = [hour.replicas for hour in report.hours]
    assert report.text.startswith(
        f"PLANNED: bot 1, {min(numbers)}–{max(numbers)} replicas for 24 hours from 2026-06-04 00:00Z: "
        f"{sum(numbers)} replica hours, {sum(numbers) / 2:.2f} USD ({12 * max(numbers):.2f} with the busiest"
    )
    assert "growth is not known yet" in report.text
    assert f"A request of 1 takes {report.service_time.mean_ms:.0f} ms in the mean" in report.text
    short = capacity_report(forecast("bot", traffic(), Autoscaling(max_replicas=1), "1", START + 3 * DAYS))
    assert short.outcome == "short"
    assert f"hours need more than max_replicas 1 (the busiest {max(numbers)}), the first 2026-06-04" in short.text
    assert any(hour.wait_ms is None for hour in short.hours)
    assert CapacityReport.model_validate_json(short.model_dump_json()) == short


def test_a_plan_is_named_by_what_it_says() -> None:
    """The same again has the same id; another bound another; it comes back whole from JSON."""
    made = [
        forecast("bot", traffic(), Autoscaling(max_replicas=most), "1", START + 3 * DAYS).scaling
        for most in (40, 40, 41)
    ]
    assert made[0].id == made[1].id != made[2].id
    assert ScalingPlan.from_json(json.loads(json.dumps(made[0].to_json()))) == made[0]


def test_a_releases_bounds_come_before_the_runs() -> None:
    """Field by field, and only what was said; what contradicts or is unknown is named."""
    asked = Autoscaling(max_replicas=8, max_wait_ms=100)
    assert asked.within({"max_replicas": 4}).stated() == {"max_replicas": 4, "max_wait_ms": 100}
    assert asked.within(None) == asked
    with pytest.raises(ValueError, match="min_replicas 9 is more than max_replicas 8"):
        asked.within({"min_replicas": 9})
    with pytest.raises(ValueError, match="did you mean 'max_replicas'"):
        asked.within({"max_replica": 9})
