"""What a sample can show, in a trial's own terms."""

from dataclasses import replace

import pytest

from tasks.decisions.power import power_note, power_words, shows_within_a_day, windows_until
from tasks.decisions.trial import Trial
from tasks.stats.power import interactions_needed
from tests.decisions.test_decide import on_trial, rules


def trial(**policy: object) -> Trial:
    """Twelve days of 40 scores an hour."""
    return on_trial(41, rules(**policy)).trial


def test_what_is_not_compared_has_no_power() -> None:
    """No sample, no baseline, or a name that nothing is known of."""
    known = trial()
    assert power_words(known, 0.0) == ""
    assert shows_within_a_day(known, "quality", 0.0) is None
    assert shows_within_a_day(known, "weather", 40.0) is None
    assert windows_until(known, "weather", 0.1, 40.0) == float("inf")
    assert power_words(Trial([], {}, known.lines), 40.0) == ""


@pytest.mark.parametrize("monitor", ["quality", "errors", "feedback"])
def test_the_drop_that_shows_within_a_day_takes_a_day(monitor: str) -> None:
    """Each is the other's inverse."""
    known = trial()
    drop = shows_within_a_day(known, monitor, 40.0)
    assert drop is not None
    assert windows_until(known, monitor, drop, 40.0) == pytest.approx(24.0)
    assert windows_until(known, monitor, drop / 2, 40.0) > 4 * 24.0
    assert windows_until(known, monitor, 0.9, 40_000.0) == 1.0


def test_a_feature_beyond_slow_changes_shows_a_large_drop_sooner() -> None:
    """Tempering waits; a margin of their size does not, and half of the evidence is its own."""
    known = trial()
    feature = replace(known.features["quality/mean"], design_effect=12.0)
    sudden = replace(feature, key="quality/sudden", margin=0.02, window_effect=1.0)
    levels = {"quality": "rollback"}
    alone, both = (Trial(features, levels, known.lines) for features in ([feature], [feature, sudden]))
    assert windows_until(both, "quality", 0.2, 40.0) < windows_until(alone, "quality", 0.2, 40.0) / 3
    assert windows_until(both, "quality", 0.021, 40.0) >= windows_until(alone, "quality", 0.021, 40.0)


def test_a_baseline_that_can_never_show_the_drop_says_how_many_scores_it_takes() -> None:
    """At the line the monitor crosses: one that only warns crosses its own, lower one."""
    known = trial()
    few = replace(known.features["quality/mean"], baseline_counts=[10] * len(known.features["quality/mean"].baseline))
    rolls, warns = (Trial([few], {"quality": level}, known.lines) for level in ("rollback", "warn"))
    needed = {
        name: float(str(power_note(trial, "quality", 0.02, 40.0)).split("; ")[1].split()[0].replace(",", ""))
        for name, trial in (("rolls", rolls), ("warns", warns))
    }
    assert needed["rolls"] == pytest.approx(
        interactions_needed(0.04, few.variance**0.5, 1.0, known.lines.rollback, float("inf")) * few.design_effect,
        rel=0.01,
    )
    assert needed["warns"] < needed["rolls"]
    assert power_note(rolls, "quality", 0.3, 40.0) is None
    assert power_note(rolls, "quality", 0.0, 40.0) is None
    assert power_note(rolls, "weather", 0.02, 40.0) is None


def test_a_larger_budget_of_errors_shows_drops_sooner() -> None:
    """The line is what one pays for the promise."""
    strict, loose = trial(false_rollbacks_per_year=0.01), trial(false_rollbacks_per_year=2.0)
    assert windows_until(loose, "quality", 0.05, 40.0) < windows_until(strict, "quality", 0.05, 40.0)
