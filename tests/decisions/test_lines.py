"""From yearly budgets to lines of evidence."""

import math
from datetime import timedelta

import pytest

from tasks.decisions.lines import levels, margins, own_line, thresholds, weights
from tasks.decisions.power import power_words, shows_within_a_day
from tasks.decisions.trial import Trial
from tasks.domain.feature import Boundary, Feature
from tasks.domain.settings.monitors import Monitors
from tasks.domain.settings.policy import Policy

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("policy", "length"),
    [(Policy(warns_per_year=365), DAY), (Policy(warns_per_year=365, false_rollbacks_per_year=12), 60 * DAY)],
)
def test_the_largest_budgets_that_may_be_set_make_lines_that_work(policy: Policy, length: timedelta) -> None:
    """More false alarms allowed than there are windows: the line is low, and no detector refuses it."""
    lines = thresholds(policy, length)
    assert 0 < lines.warn <= lines.rollback
    only = Feature(
        key="feedback/rate",
        monitor="feedback",
        boundary=Boundary.BASELINE,
        baseline=[0.0, 1.0],
        baseline_counts=[200, 800],
        two_level=True,
    )
    trial = Trial([only], {"feedback": "warn"}, lines)
    assert shows_within_a_day(trial, "feedback", 50.0) is not None
    assert power_words(trial, 50.0) == ""


def test_a_line_is_the_windows_of_a_year_over_the_alarms_allowed() -> None:
    """The published example: hourly windows, one false rollback in ten years, four warnings a year."""
    lines = thresholds(Policy(), HOUR)
    assert lines.rollback == pytest.approx(math.log(87_600))
    assert lines.warn == pytest.approx(math.log(8_760 / 4))
    assert thresholds(Policy(), timedelta(minutes=15)).rollback == pytest.approx(lines.rollback + math.log(4))


def test_every_monitor_with_a_margin_is_held_to_it() -> None:
    """Whatever is added to the settings: without its margin the second key would stand open."""
    settings = Monitors.model_validate({"quality": {"margin": 0.03}})
    found = margins(settings)
    assert found["quality"] == 0.03
    with_margin = {name for name, field in Monitors.model_fields.items() if "margin" in field.annotation.model_fields}
    assert set(found) == with_margin
    assert {name for name, level in levels(settings).items() if level == "rollback"} <= with_margin


def test_weights_of_a_family_add_up_to_one() -> None:
    """Quality has the most, the rest is even, and a monitor alone crosses later by its weight."""
    assert weights([]) == {}
    assert weights(["quality"]) == {"quality": 1.0}
    known = weights(["errors", "quality", "toxicity", "errors"])
    assert known == pytest.approx({"quality": 0.4, "errors": 0.3, "toxicity": 0.3})
    assert sum(weights(["a", "b", "c"]).values()) == pytest.approx(1.0)
    assert own_line(10.0, 0.5) == pytest.approx(10.0 + math.log(2))
