"""The simulations are faster than the doors, and equal to them."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.stats.edetector import MeanDetector
from tasks.stats.paired import PairedTest
from tests.bench import dependence, null_evidence
from tests.bench.delays import delays
from tests.bench.detector_arrays import DetectorArrays
from tests.bench.false_rollbacks import alarms_in_years
from tests.bench.level_scores import LEVELS, odds, spread
from tests.bench.row import Row, table
from tests.bench.services import IID, LINE, REALISTIC, SCORES, Services
from tests.bench.side_by_side import first_decisions


def test_array_detectors_equal_the_real_ones():
    """Two baselines by strata, design effects, eight windows."""
    rng = np.random.default_rng(71)
    detectors = [
        MeanDetector.against_baseline(
            np.tile(LEVELS, 2),
            counts=rng.integers(1, 300, 22),
            strata=np.repeat([0, 1], 11),
            log_threshold=LINE,
            design_effect=effect,
        )
        for effect in (1.0, 3.0)
    ]
    arrays = DetectorArrays(detectors, LEVELS)
    states = [detector.start() for detector in detectors]
    for t in range(8):
        counts, effects = rng.multinomial(50, odds(0.75), 2).astype(float), np.array([1.0, 1.7])
        evidence = arrays.update(counts, effects, t % 2)
        states = [
            detector.update(state, LEVELS, counts=seen, design_effect=effect, stratum=t % 2)
            for detector, state, seen, effect in zip(detectors, states, counts, effects, strict=True)
        ]
        assert evidence == pytest.approx([state.log_evidence for state in states], abs=1e-9)
    arrays.restart(np.array([0]))
    fresh = detectors[0].update(detectors[0].start(), LEVELS, counts=counts[0], stratum=1)
    assert arrays.update(counts, 1.0, 1)[0] == pytest.approx(fresh.log_evidence, abs=1e-9)


def test_array_detectors_skip_a_window_without_scores():
    """Evidence and count of windows stay as they were; before the first window there is none."""
    detector = MeanDetector.against_baseline(LEVELS, counts=np.arange(11) * 20, log_threshold=LINE)
    arrays, state = DetectorArrays([detector, detector], LEVELS), detector.start()
    counts, nothing = np.arange(11, dtype=float), np.zeros(11)
    evidence = arrays.update(np.stack([counts, nothing]))
    state = detector.update(state, LEVELS, counts=counts)
    assert evidence == pytest.approx([state.log_evidence, -np.inf])
    assert arrays.update(np.stack([nothing, counts])) == pytest.approx([state.log_evidence, state.log_evidence])


@pytest.mark.parametrize("scores", [1, 6])
def test_after_one_window_the_evidence_is_worth_at_most_one(scores):
    """By enumeration of every baseline and window of a rate of 1 %, and of quality levels at their exact mean."""
    assert null_evidence.mean_after_one_window(0.99, 60, scores) <= 1 + 1e-12
    assert null_evidence.mean_against_constant(min(scores, 3)) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("case", null_evidence.CASES, ids=lambda case: case.name)
def test_no_unchanged_metric_alarms_in_a_quarter(case):
    """Small baselines, rare errors, windows of one score, missing windows; the benchmark runs 400 years."""
    highest = null_evidence.highest_evidence(np.random.default_rng(75), case, 3, windows=2190)
    assert np.isfinite(highest).all()
    assert (highest < LINE).all()


def test_the_array_comparison_equals_the_paired_test():
    """The hour of the first decision, run by run."""
    rng = np.random.default_rng(72)
    hours = [(rng.random((5, 30)), rng.random((5, 30)) * 0.8) for _ in range(12)]
    told, _ = first_decisions(PairedTest(), iter(hours).__next__, 5, 12)
    for run in range(5):
        test, decided = PairedTest(), np.inf
        state = test.start()
        for hour, (control, candidate) in enumerate(hours, start=1):
            state = test.update(state, control[run], candidate[run])
            if state.decided:
                decided = min(decided, hour)
        assert told[run] == decided


def test_made_up_scores_have_the_mean_they_are_asked_for():
    """Over the range that is used, with a spread of about 0.2."""
    for mean in (0.7, 0.75, 0.8, 0.84):
        assert odds(mean) @ LEVELS == pytest.approx(mean)
        assert (odds(mean) >= 0).all()
    assert spread(0.8) == pytest.approx(0.2, abs=0.02)


def test_hours_go_on_from_the_baseline_to_the_release():
    """Each hour's scores are held against that hour's mean, chunk after chunk."""
    services = Services(np.random.default_rng(73), 1, REALISTIC, monitors=4)
    counts = np.concatenate([services.counts(50), services.counts(190)])
    hours = (np.arange(240) + REALISTIC.baseline_windows) % 24
    seen = np.stack([counts[hours == hour].sum(axis=0) @ LEVELS / (10 * SCORES) for hour in range(24)])
    assert np.corrcoef((seen - 0.8).ravel(), services._profile.T.ravel())[0, 1] > 0.7


@pytest.mark.slow
def test_the_promises_hold_in_small_runs():
    """No false rollback in two made-up years, and delays within what is promised; the benchmark runs more."""
    rng = np.random.default_rng(74)
    assert alarms_in_years(rng, 2, IID)[1] == 0
    for drop, must in ((0.05, 5), (0.10, 2)):
        assert np.median(delays(rng, IID, drop, 40, 30)["both keys"]) <= must
    assert np.median(delays(rng, REALISTIC, 0.05, 40, 100)["both keys"]) <= 10
    assert dependence.pool_fails(rng, 30, tempered=True)[0] == 0.0


def test_a_missed_promise_is_seen_in_the_table():
    """The word stands beside the figure."""
    shown = table([Row(name="a", must="≤ 1", ours="2", met=False), Row(name="b", must="≤ 1", ours="1", met=True)])
    assert "MISSED" in shown.splitlines()[1]
    assert "MISSED" not in shown.splitlines()[2]
