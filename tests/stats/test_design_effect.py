"""The design effect: 1 for independent scores, larger for what depends."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.stats.design_effect import design_effect, design_effect_of_sums, long_run_variance, repeats

NAN = float("nan")


@pytest.mark.parametrize(
    ("option", "named"), [({"strata": [1]}, "1 strata for 2"), ({"contents": [["a"]]}, "1 contents for 2")]
)
def test_labels_that_do_not_match_the_windows_are_refused(option, named):
    """One label a window, one array of ids a window."""
    with pytest.raises(ValueError, match=named):
        design_effect([[0.5], [0.6]], **option)


def test_content_ids_that_do_not_match_the_scores_are_refused():
    """One id a score."""
    with pytest.raises(ValueError, match="contents of shape"):
        design_effect([[0.5, 0.6]], contents=[["a"]])


def test_a_score_outside_the_unit_interval_is_refused_by_name():
    """As everywhere."""
    with pytest.raises(ValueError, match=r"1\.5"):
        design_effect([[0.5, 1.5]])


@pytest.mark.parametrize("bad", [([1.0], [1.0, 2.0], 0.1), ([NAN], [1.0], 0.1), ([1.0], [1.0], NAN)])
def test_bad_sums_are_refused(bad):
    """Unequal lengths or NaN."""
    with pytest.raises(ValueError, match="sums"):
        design_effect_of_sums(*bad)


@pytest.mark.parametrize("scores", [[], [[]], [[NAN]], [[0.5] * 10] * 50])
def test_nothing_that_varies_gives_one(scores):
    """No scores, or scores that are all equal, show no dependence."""
    assert design_effect(scores) == 1.0


def test_too_few_windows_give_the_safety_factor():
    """With fewer than 8 windows no autocovariance can be estimated."""
    assert design_effect([[0.1, 0.9]] * 7) == 1.15


def test_independent_scores_in_uneven_windows_give_about_one():
    """The median over 60 series of four weeks is at most 1.3, with windows of 5 to 60."""
    rng = np.random.default_rng(21)
    effects = [design_effect([rng.beta(2.4, 0.6, size) for size in rng.integers(5, 61, 672)]) for _ in range(60)]
    assert np.median(effects) <= 1.3


def test_a_series_that_depends_on_itself_gives_its_long_run_variance():
    """AR(1) window means with ρ 0.5: (1 + ρ) / (1 − ρ) = 3 times their variance, found within a fifth."""
    rng = np.random.default_rng(22)
    shocks = rng.normal(0, 1, 20_000)
    series = np.zeros(20_000)
    for t in range(1, series.size):
        series[t] = 0.5 * series[t - 1] + shocks[t]
    assert long_run_variance(series) == pytest.approx(4.0, rel=0.2)


def test_strata_take_the_hours_out():
    """Hours that differ make scores depend on each other, unless each is held against its own mean."""
    rng = np.random.default_rng(23)
    hours = np.arange(480) % 24
    scores = [np.clip(rng.normal(0.6 + 0.1 * (hour < 12), 0.1, 50), 0, 1) for hour in hours]
    assert design_effect(scores) > 2.5
    assert design_effect(scores, strata=hours.tolist()) < 1.6


def test_content_seen_often_counts_as_often():
    """Two hundred draws from ten contents are 20 times each."""
    scores = [np.linspace(0, 1, 10)] * 20
    assert design_effect(scores, contents=[np.arange(10)] * 20) == pytest.approx(20.0)


def test_missing_scores_take_their_content_with_them():
    """An id whose score is missing was not seen."""
    told = design_effect([[0.1, NAN, 0.9]] * 10, contents=[["a", "b", "c"]] * 10)
    assert told == pytest.approx(10.0)


def test_an_empty_window_keeps_its_place_in_time():
    """Silence between windows is time, and the sums say zero there."""
    scores = [[0.2, 0.8], []] * 20
    assert design_effect(scores) == design_effect_of_sums([0.0] * 40, [2, 0] * 20, 0.09)


def test_window_sums_give_what_the_scores_give():
    """Summaries keep sums, not scores: the same number."""
    rng = np.random.default_rng(24)
    scores = [rng.random(size) for size in rng.integers(1, 30, 100)]
    every = np.concatenate(scores)
    sums = [window.sum() - window.size * every.mean() for window in scores]
    told = design_effect_of_sums(sums, [window.size for window in scores], every.var())
    assert design_effect(scores) == pytest.approx(told)


def test_repeats_count_how_often_content_was_seen():
    """Σ N² / Σ N."""
    assert repeats([]) == 1.0
    assert repeats([1, 2, 3]) == 1.0
    assert repeats(["a"] * 5) == 5.0
