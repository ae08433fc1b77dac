"""The detector's guarantee, by enumeration and by property."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.stats.edetector import DetectorState, MeanDetector

LINE = 11.38
NAN = float("nan")


def after(detector, windows, **options):
    """Return the state after windows of scores."""
    state = detector.start()
    for scores in windows:
        state = detector.update(state, scores, **options)
    return state


@pytest.mark.parametrize(("levels", "odds"), [((0.0, 1.0), (0.3, 0.7)), ((0.0, 0.5, 1.0), (0.1, 0.4, 0.5))])
@pytest.mark.parametrize("effect", [1.0, 2.5])
def test_after_one_window_the_expected_evidence_is_at_most_one(levels, odds, effect):
    """E exp(evidence) by enumeration of every window of 5 scores whose mean is exactly the boundary."""
    mean = float(np.dot(levels, odds))
    detector = MeanDetector.against_constant(mean)
    total = 0.0
    for choice in itertools.product(range(len(levels)), repeat=5):
        chance = math.prod(odds[i] for i in choice)
        state = detector.update(detector.start(), [levels[i] for i in choice], design_effect=effect)
        total += chance * math.exp(state.log_evidence)
    assert total <= 1 + 1e-12


def test_after_three_windows_the_expected_evidence_is_at_most_three():
    """The restart adds one unit a window, by enumeration of three windows of two scores."""
    detector = MeanDetector.against_constant(0.6)
    pairs = [((a, b), (0.6 if a else 0.4) * (0.6 if b else 0.4)) for a in (0.0, 1.0) for b in (0.0, 1.0)]
    total = sum(
        math.prod(chance for _, chance in windows)
        * math.exp(after(detector, [scores for scores, _ in windows]).log_evidence)
        for windows in itertools.product(pairs, repeat=3)
    )
    assert total == pytest.approx(3.0, abs=1e-9)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_over_baseline_and_window_the_expected_evidence_is_at_most_one(share):
    """By enumeration of every baseline of 12 and every window of 4 at the same share."""
    total = 0.0
    for k in range(13):
        detector = MeanDetector.against_baseline([1.0, 0.0], counts=[k, 12 - k], log_threshold=3.0)
        first = math.comb(12, k) * share**k * (1 - share) ** (12 - k)
        for ones in range(5):
            state = detector.update(detector.start(), [1.0, 0.0], counts=[ones, 4 - ones])
            total += first * math.comb(4, ones) * share**ones * (1 - share) ** (4 - ones) * math.exp(state.log_evidence)
    assert total <= 1 + 1e-12


@pytest.mark.parametrize("share", [0.25, 0.8])
def test_over_baseline_and_three_windows_the_expected_evidence_is_at_most_three(share):
    """By enumeration of every baseline of 10 and every three windows of 3 at the same share."""
    windows = [(ones, math.comb(3, ones) * share**ones * (1 - share) ** (3 - ones)) for ones in range(4)]
    total = 0.0
    for k in range(11):
        detector = MeanDetector.against_baseline([1.0, 0.0], counts=[k, 10 - k], log_threshold=3.0)
        first = math.comb(10, k) * share**k * (1 - share) ** (10 - k)
        for chosen in itertools.product(windows, repeat=3):
            state = detector.start()
            for ones, _ in chosen:
                state = detector.update(state, [1.0, 0.0], counts=[ones, 3 - ones])
            total += first * math.prod(chance for _, chance in chosen) * math.exp(state.log_evidence)
    assert total <= 3 + 1e-12


def test_sampling_weights_keep_the_expectation_at_most_one():
    """Two segments sampled 3 to 1 but served 1 to 1, by enumeration: weighted, their mean is the boundary."""
    detector = MeanDetector.against_constant(0.7)
    shares, weights = [0.9, 0.9, 0.9, 0.5], [2 / 3, 2 / 3, 2 / 3, 2.0]
    total = sum(
        math.prod(share if score else 1 - share for share, score in zip(shares, scores, strict=True))
        * math.exp(detector.update(detector.start(), scores, weights=weights).log_evidence)
        for scores in itertools.product((0.0, 1.0), repeat=4)
    )
    assert total <= 1 + 1e-12


@settings(max_examples=60, deadline=None)
@given(
    scores=st.lists(st.floats(0, 1), min_size=1, max_size=40),
    lower=st.floats(0, 1),
    c=st.floats(0.01, 0.99),
)
def test_worse_scores_never_make_less_evidence(scores, lower, c):
    """Evidence falls in every score."""
    detector = MeanDetector.against_constant(c)
    worse = [min(score, lower) for score in scores]
    assert after(detector, [worse]).log_evidence >= after(detector, [scores]).log_evidence - 1e-9


@settings(max_examples=40, deadline=None)
@given(
    baseline=st.lists(st.floats(0, 1), min_size=1, max_size=60),
    windows=st.lists(st.lists(st.floats(0, 1) | st.just(NAN), max_size=12), max_size=5),
    margin=st.floats(0, 0.5),
    effect=st.floats(1, 50),
)
def test_any_scores_give_finite_evidence_that_survives_json(baseline, windows, margin, effect):
    """No score in [0, 1] overflows, warns or breaks the record."""
    detector = MeanDetector.against_baseline(baseline, margin=margin, log_threshold=LINE, design_effect=effect)
    state = after(detector, windows, design_effect=effect)
    assert DetectorState.from_json(state.to_json()) == state
    told = sum(not all(math.isnan(score) for score in scores) for scores in windows)
    assert state.windows == told
    assert math.isfinite(state.log_evidence) == (told > 0)
