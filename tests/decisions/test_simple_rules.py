"""Simple rules, told beside: each alarms where its own words say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from tasks.decisions.simple_rules import Level, alarms, first_alarms

START = datetime(2026, 6, 1, tzinfo=UTC)
BELOW, SIGMAS, KS = "mean below 0.7", "3 sigma, 3 times in a row", "KS test at 5%"


def level(at: int, release: str, mean: float, scores: tuple[float, ...] = ()) -> Level:
    """The window of hour `at`."""
    return Level(release, START + timedelta(hours=at), mean, scores)


STEADY = [level(at, "1", 0.8 + 0.01 * (-1) ** at) for at in range(24)]


def test_without_windows_nothing_alarms_and_without_scores_there_is_no_test_on_them() -> None:
    """A rule that was not tried is not listed."""
    assert alarms([], 0.7) == {BELOW: [], SIGMAS: []}
    assert KS not in alarms(STEADY, 0.7)


def test_a_mean_below_the_objective_alarms_at_once_and_whenever_it_is_below() -> None:
    """However few scores it is the mean of."""
    levels = [*STEADY, level(24, "2", 0.69), level(25, "2", 0.8), level(26, "2", 0.5)]
    assert [one.end for one in alarms(levels, 0.7)[BELOW]] == [levels[24].end, levels[26].end]
    assert first_alarms(levels, 0.7)[BELOW] == {"1": None, "2": levels[24].end}


def test_three_sigma_alarms_from_the_third_window_in_a_row() -> None:
    """Two in a row, then one above the line, are forgiven."""
    worse = [level(24 + at, "2", mean) for at, mean in enumerate((0.72, 0.72, 0.8, 0.72, 0.72, 0.72, 0.72))]
    assert [one.end for one in alarms([*STEADY, *worse], 0.7)[SIGMAS]] == [worse[5].end, worse[6].end]


def test_a_ks_test_alarms_in_about_one_window_of_twenty_without_any_change() -> None:
    """The first windows of all are what it is held against, and are not tested against themselves."""
    rng = np.random.default_rng(5)
    scores = [tuple(rng.beta(6, 2, 80).tolist()) for _ in range(24 + 400)]
    levels = [level(at, "1", float(np.mean(one)), one) for at, one in enumerate(scores)]
    found = alarms(levels, 0.5)[KS]
    assert not set(found) & set(levels[:24])
    assert 8 <= len(found) <= 36
