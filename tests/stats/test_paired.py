"""Two releases side by side."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from tasks.stats.interval import Interval
from tasks.stats.paired import PairedState, PairedTest, sample_ratio_log_evidence

NAN = float("nan")


@pytest.mark.parametrize(
    ("option", "named"),
    [
        ({"alpha": 0.0}, "alpha 0.0"),
        ({"alpha": NAN}, "alpha nan"),
        ({"margin": -0.1}, "margin -0.1"),
        ({"margin": 1.0}, "margin 1.0"),
        ({"alternative": "better"}, "known: two-sided, worse, not_worse"),
    ],
)
def test_a_test_without_a_guarantee_is_refused(option, named):
    """By name, with what is known."""
    with pytest.raises(ValueError, match=named):
        PairedTest(**option)


@pytest.mark.parametrize(
    ("control", "candidate", "named"), [([1.5], [0.5], "control score 1.5"), ([0.5], [-1.0], "candidate score -1.0")]
)
def test_a_score_outside_the_unit_interval_is_refused_by_name(control, candidate, named):
    """Which arm, which score."""
    test = PairedTest()
    with pytest.raises(ValueError, match=named):
        test.update(test.start(), control, candidate)


def test_text_that_is_no_state_is_refused():
    """A foreign record is named."""
    for text in ("{}", "[]", '{"interval": 3}'):
        with pytest.raises(ValueError, match="not a paired state"):
            PairedState.from_json(text)


def test_before_the_first_pair_nothing_is_known():
    """Evidence 0, and any difference possible."""
    state = PairedTest().start()
    assert (state.log_evidence, state.decided, state.pairs, state.interval) == (0.0, False, 0, Interval(0.0, -1.0, 1.0))


@pytest.mark.parametrize(("control", "candidate"), [([], [0.5]), ([NAN], [0.5]), ([0.5, NAN], [NAN, 0.5])])
def test_a_window_without_pairs_changes_nothing(control, candidate):
    """Empty arms and missing partners."""
    test = PairedTest()
    assert test.update(test.start(), control, candidate) == test.start()


def test_the_first_of_both_arms_are_paired_and_missing_ones_skipped():
    """By position: the rest of the longer arm is dropped, a pair with a NaN too."""
    test = PairedTest()
    short = test.update(test.start(), [0.2, 0.4], [0.9, 0.1])
    assert short.pairs == 2
    assert test.update(test.start(), [0.2, 0.4, 0.8], [0.9, 0.1]) == short
    assert test.update(test.start(), [0.2, NAN, 0.4], [0.9, 0.3, 0.1]) == short


def test_a_state_survives_json_to_the_last_digit():
    """Before the first window too."""
    test = PairedTest()
    for state in (test.start(), test.update(test.start(), [0.2, 0.4], [0.9, 0.15])):
        assert PairedState.from_json(state.to_json()) == state


def test_a_decision_stays():
    """Once decided, later windows the other way do not undo it."""
    test = PairedTest(alternative="worse")
    state = test.update(test.start(), [0.9] * 100, [0.4] * 100)
    assert state.decided
    for _ in range(5):
        state = test.update(state, [0.4] * 100, [0.9] * 100)
    assert state.decided
    assert state.log_evidence < 0


@pytest.mark.parametrize(
    ("alternative", "difference", "decides"),
    [
        ("worse", -0.2, True),
        ("worse", 0.2, False),
        ("worse", -0.05, False),
        ("not_worse", 0.0, True),
        ("not_worse", -0.3, False),
        ("two-sided", -0.3, True),
        ("two-sided", 0.3, True),
        ("two-sided", 0.05, False),
    ],
)
def test_each_alternative_rejects_what_it_says(alternative, difference, decides):
    """With a margin of 0.1, after 600 pairs that scatter by 0.1."""
    rng = np.random.default_rng(61)
    test = PairedTest(alternative=alternative, margin=0.1)
    control = rng.uniform(0.4, 0.6, 600)
    candidate = control + difference + rng.uniform(-0.1, 0.1, 600)
    assert test.update(test.start(), control, candidate).decided is decides


def test_a_design_effect_divides_the_evidence():
    """Repeated content is no new evidence."""
    test = PairedTest()
    full = test.update(test.start(), [0.9] * 50, [0.6] * 50)
    half = test.update(test.start(), [0.9] * 50, [0.6] * 50, design_effect=2.0)
    assert half.log_wealth == pytest.approx([wealth / 2 for wealth in full.log_wealth])


def test_the_interval_of_repeated_content_is_that_of_fewer_pairs():
    """Four times the same answers say where the mean is as sharply as a quarter of them."""
    rng = np.random.default_rng(67)
    control, candidate = rng.uniform(0.4, 0.6, 300), rng.uniform(0.3, 0.5, 300)
    test = PairedTest()
    once = test.update(test.start(), control, candidate).interval
    fourfold = np.tile(control, 4), np.tile(candidate, 4)
    repeated = test.update(test.start(), *fourfold, design_effect=4.0).interval
    naive = test.update(test.start(), *fourfold).interval
    assert repeated.high - repeated.low == pytest.approx(once.high - once.low, rel=0.05)
    assert repeated.high - repeated.low > 1.5 * (naive.high - naive.low)


@pytest.mark.parametrize("alternative", ["two-sided", "worse", "not_worse"])
@pytest.mark.parametrize("margin", [0.0, 0.1])
def test_at_the_null_the_expected_evidence_is_at_most_one(alternative, margin):
    """By enumeration of every window of 4 pairs whose mean difference is at the boundary of the null."""
    sign = 1.0 if alternative == "not_worse" else -1.0
    centre = -margin if alternative != "two-sided" else margin * sign
    # Differences −1, 0, 1 with the mean at the boundary.
    odds = {-1.0: 0.3 - centre / 2, 0.0: 0.4, 1.0: 0.3 + centre / 2}
    test = PairedTest(alternative=alternative, margin=margin)
    total = 0.0
    for choice in itertools.product(odds, repeat=4):
        control = [0.0 if d >= 0 else 1.0 for d in choice]
        candidate = [c + d for c, d in zip(control, choice, strict=True)]
        total += math.prod(odds[d] for d in choice) * math.exp(
            test.update(test.start(), control, candidate).log_evidence
        )
    assert total <= 1 + 1e-12


def test_the_interval_covers_at_all_times_at_once():
    """Over 200 streams looked at every 100 pairs, at most 5 % ever miss the true difference (and 2 sd more)."""
    rng = np.random.default_rng(62)
    test = PairedTest()
    missed = 0
    for _ in range(200):
        state, ever = test.start(), False
        for _ in range(25):
            state = test.update(state, rng.beta(2.4, 0.6, 100), rng.beta(2.25, 0.75, 100))
            ever |= not state.interval.low <= -0.05 <= state.interval.high
        missed += ever
    assert missed <= stats.binom.ppf(0.999, 200, 0.05)


def test_the_interval_is_near_the_one_of_a_fixed_sample():
    """What anytime validity costs: about 1.6 times the width of the t interval at 1,000 pairs."""
    rng = np.random.default_rng(63)
    control, candidate = rng.random(1000), rng.random(1000)
    state = PairedTest().update(PairedState(), control, candidate)
    fixed = stats.ttest_1samp(candidate - control, 0.0).confidence_interval(0.95)
    ratio = (state.interval.high - state.interval.low) / (fixed.high - fixed.low)
    assert 1.3 < ratio < 1.8


def test_extreme_scores_neither_overflow_nor_warn():
    """A hundred thousand pairs at the ends of the range."""
    test = PairedTest()
    state = test.update(test.start(), np.ones(100_000), np.zeros(100_000))
    assert math.isfinite(state.log_evidence)
    assert state.interval.estimate == -1.0


@pytest.mark.parametrize(
    ("counts", "shares", "option", "named"),
    [
        ([1], [1], {}, "at least two"),
        ([1, 2], [1], {}, "2 counts and 1 shares"),
        ([1, -2], [0.5, 0.5], {}, "count -2.0"),
        ([1, 2], [0.0, 1.0], {}, "share 0.0"),
        ([1, 2], [0.5, 0.5], {"concentration": 0.0}, "concentration 0.0"),
    ],
)
def test_a_split_that_is_none_is_refused_by_name(counts, shares, option, named):
    """Which number, and where."""
    with pytest.raises(ValueError, match=named):
        sample_ratio_log_evidence(counts, shares, **option)


def test_the_sample_ratio_is_the_ratio_of_two_known_laws():
    """Against scipy's Dirichlet-multinomial and multinomial."""
    counts, shares = np.array([480, 510, 1010]), np.array([0.25, 0.25, 0.5])
    expected = stats.dirichlet_multinomial.logpmf(counts, 10_000 * shares, 2000) - stats.multinomial.logpmf(
        counts, 2000, shares
    )
    assert sample_ratio_log_evidence(counts, shares) == pytest.approx(float(expected), abs=1e-6)
    assert sample_ratio_log_evidence(counts, shares * 100) == pytest.approx(float(expected), abs=1e-6)


def test_the_sample_ratio_starts_at_zero_and_expects_one():
    """No counts, no evidence; and over all counts of 40 units its expectation is 1."""
    assert sample_ratio_log_evidence([0, 0], [0.3, 0.7]) == 0.0
    total = sum(
        float(stats.binom.pmf(k, 40, 0.3))
        * math.exp(sample_ratio_log_evidence([k, 40 - k], [0.3, 0.7], concentration=50))
        for k in range(41)
    )
    assert total == pytest.approx(1.0, abs=1e-9)
