"""A bank of shares is its detectors, one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tasks.stats.bank import BankState, DetectorBank
from tasks.stats.edetector import MeanDetector

LINE = 11.38
SUCCESSES, TOTALS = [950, 40, 500, 0, 300], [1000, 1000, 900, 400, 300]
MARGINS, EFFECTS = [0.0, 0.02, 0.02, 0.0, 0.01], [1.0, 2.0, 1.3, 1.0, 4.0]


def bank_of():
    """Return a bank of five features."""
    return DetectorBank.against_baselines(
        SUCCESSES, TOTALS, margins=MARGINS, design_effects=EFFECTS, log_threshold=LINE
    )


@pytest.mark.parametrize(
    ("successes", "totals", "named"),
    [
        ([], [], "at least one"),
        ([1], [1, 2], "1 successes for 2"),
        ([3], [2], "3.0 successes of 2.0"),
        ([0], [0], "of 0.0"),
    ],
)
def test_a_baseline_that_is_none_is_refused(successes, totals, named):
    """Which feature, and what it had."""
    with pytest.raises(ValueError, match=named):
        DetectorBank.against_baselines(successes, totals, log_threshold=LINE)


@pytest.mark.parametrize(
    ("successes", "totals", "option", "named"),
    [
        ([1] * 4, [2] * 5, {}, "4 successes"),
        ([3] * 5, [2] * 5, {}, "3.0 successes of 2.0"),
        ([-1] * 5, [2] * 5, {}, "-1.0 successes"),
        ([1] * 5, [2] * 5, {"design_effects": 0.5}, "design_effect 0.5"),
        ([1] * 5, [2] * 5, {"design_effects": [1, 1, 1, 1, float("nan")]}, "design_effect nan"),
    ],
)
def test_a_bad_window_is_refused_by_name(successes, totals, option, named):
    """Which number, and where."""
    bank = bank_of()
    with pytest.raises(ValueError, match=named):
        bank.update(bank.start(), successes, totals, **option)


def test_text_that_is_no_state_is_refused():
    """A foreign record is named."""
    with pytest.raises(ValueError, match="not a bank state"):
        BankState.from_json('{"windows": []}')


def test_the_bank_equals_its_detectors():
    """Ten windows with gaps, margins and design effects, to 1e-9."""
    rng = np.random.default_rng(51)
    bank = bank_of()
    state = bank.start()
    singles = [
        MeanDetector.against_baseline([1.0, 0.0], counts=[k, n - k], margin=m, design_effect=d, log_threshold=LINE)
        for k, n, m, d in zip(SUCCESSES, TOTALS, MARGINS, EFFECTS, strict=True)
    ]
    states = [single.start() for single in singles]
    for _ in range(10):
        totals = rng.integers(0, 60, 5) * (rng.random(5) < 0.8)
        ones = rng.binomial(totals, 0.4)
        effects = 1 + rng.random(5)
        state = bank.update(state, ones, totals, design_effects=effects)
        states = [
            single.update(known, [1.0, 0.0], counts=[k, n - k], design_effect=effect)
            for single, known, k, n, effect in zip(singles, states, ones, totals, effects, strict=True)
        ]
    assert state.log_evidence == pytest.approx([known.log_evidence for known in states], abs=1e-9)
    assert state.windows.tolist() == [known.windows for known in states]
    for feature, known in enumerate(states):
        assert bank.state_of(state, feature).log_wealth == pytest.approx(known.log_wealth, abs=1e-9)


def test_a_feature_without_values_stays_as_it_is():
    """Zero or NaN in one leaves it alone and moves the others; before its first window it has no evidence."""
    bank = bank_of()
    state = bank.update(bank.start(), [1, 0, 5, float("nan"), 2], [10, 0, 9, 4, float("nan")])
    assert state.windows.tolist() == [1, 0, 1, 0, 0]
    assert np.isneginf(state.log_evidence[[1, 3, 4]]).all()
    later = bank.update(state, [1, 1, 0, 0, 0], [2, 2, 0, 0, 0])
    assert later.log_evidence[2] == state.log_evidence[2]
    assert bank.state_of(later, 3) == MeanDetector.against_constant(0.5).start()


def test_a_state_survives_json_to_the_last_bit():
    """Before the first window too."""
    bank = bank_of()
    for state in (bank.start(), bank.update(bank.start(), [1, 0, 5, 0, 2], [10, 0, 9, 4, 3])):
        assert BankState.from_json(state.to_json()) == state
        assert "Infinity" not in state.to_json()


def test_both_sides_of_a_share_can_be_watched():
    """A share that rises shows in the feature of its opposite."""
    bank = DetectorBank.against_baselines([500, 500], [1000, 1000], margins=0.02, log_threshold=LINE)
    state = bank.start()
    for _ in range(20):
        state = bank.update(state, [140, 60], [200, 200])
    assert state.log_evidence[1] > LINE > state.log_evidence[0]


def test_a_million_values_neither_overflow_nor_warn():
    """Large streams are normal for latency."""
    bank = DetectorBank.against_baselines([10**6, 0], [10**6, 10**6], log_threshold=LINE)
    state = bank.update(bank.update(bank.start(), [0, 10**6], [10**6] * 2), [0, 10**6], [10**6] * 2)
    assert all(math.isfinite(evidence) for evidence in state.log_evidence)


@pytest.mark.parametrize("effect", [0.5, math.inf, math.nan])
def test_a_design_effect_that_is_none_is_refused_by_name(effect):
    """As the single detector does."""
    bank = bank_of()
    with pytest.raises(ValueError, match=f"design_effect {effect!r} must be finite and at least 1"):
        bank.update(bank.start(), [1] * 5, [2] * 5, design_effects=effect)
