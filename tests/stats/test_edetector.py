"""The detector: what its doors refuse, and what must not change its evidence."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from tasks.stats.edetector import DetectorState, MeanDetector

LINE = 11.38
NAN = float("nan")


def detector_of(levels=(0.4, 0.7, 0.9, 1.0), repeat=400, **options):
    """Return a detector against a baseline on few levels."""
    return MeanDetector.against_baseline(list(levels) * repeat, log_threshold=LINE, **options)


def after(detector, windows, **options):
    """Return the state after windows of scores."""
    state = detector.start()
    for scores in windows:
        state = detector.update(state, scores, **options)
    return state


@pytest.mark.parametrize("c", [0.0, 1.0, -0.1, 1.5, NAN, math.inf])
def test_a_constant_outside_the_open_unit_interval_is_refused_by_name(c):
    """No score could fall below 0, and none could reach 1 on average."""
    with pytest.raises(ValueError, match=f"c {c!r}"):
        MeanDetector.against_constant(c)


@pytest.mark.parametrize("bet", [0.0, -1.0, 5.0, NAN])
def test_a_bet_that_one_score_could_ruin_is_refused_by_name(bet):
    """Against c = 0.8 a score of 1 takes a fifth of the bet."""
    with pytest.raises(ValueError, match=f"bet {bet}"):
        MeanDetector.against_constant(0.8, bets=[bet, 1.0])


@pytest.mark.parametrize("baseline", [[], [NAN, NAN]])
def test_a_baseline_without_scores_is_refused(baseline):
    """Nothing to compare with is an error, not a mean of 0."""
    with pytest.raises(ValueError, match="baseline"):
        MeanDetector.against_baseline(baseline, log_threshold=LINE)


@pytest.mark.parametrize("bad", [1.2, -0.3, math.inf])
def test_a_score_outside_the_unit_interval_is_refused_by_name(bad):
    """In the baseline as in a window: never clipped in silence."""
    with pytest.raises(ValueError, match=str(bad)):
        MeanDetector.against_baseline([0.5, bad], log_threshold=LINE)
    detector = MeanDetector.against_constant(0.5)
    with pytest.raises(ValueError, match=str(bad)):
        detector.update(detector.start(), [0.5, bad])


@pytest.mark.parametrize(
    ("option", "named"),
    [
        ({"margin": -0.1}, "margin -0.1"),
        ({"margin": 1.0}, "margin 1.0"),
        ({"log_threshold": NAN}, "log_threshold nan"),
        ({"log_threshold": -1.0}, "log_threshold -1.0"),
        ({"design_effect": 0.5}, "design_effect 0.5"),
        ({"design_effect": NAN}, "design_effect nan"),
        ({"counts": [1.0]}, "1 counts for 2"),
        ({"counts": [1.0, -2.0]}, "count -2.0"),
        ({"strata": ["a"]}, "1 strata for 2"),
    ],
)
def test_a_bad_option_of_the_baseline_is_refused_by_name(option, named):
    """The message says which number."""
    with pytest.raises(ValueError, match=named):
        MeanDetector.against_baseline([0.5, 0.7], **({"log_threshold": LINE} | option))


@pytest.mark.parametrize(
    ("option", "named"),
    [
        ({"counts": [1, -1]}, "count -1.0"),
        ({"counts": [1, NAN]}, "count nan"),
        ({"counts": [1]}, "1 counts for 2"),
        ({"weights": [1, -0.5]}, "weight -0.5"),
        ({"weights": [1, 11]}, "weight 11.0"),
        ({"weights": [1]}, "1 weights for 2"),
        ({"design_effect": 0.9}, "design_effect 0.9"),
        ({"design_effect": math.inf}, "design_effect inf"),
    ],
)
def test_a_bad_option_of_a_window_is_refused_by_name(option, named):
    """The message says which number."""
    detector = MeanDetector.against_constant(0.5)
    with pytest.raises(ValueError, match=named):
        detector.update(detector.start(), [0.5, 0.6], **option)


def test_a_state_of_another_detector_is_refused():
    """A state of one boundary cannot go on under 24 cells."""
    state = after(MeanDetector.against_constant(0.5), [[0.4]])
    with pytest.raises(ValueError, match="8 bets"):
        detector_of().update(state, [0.4])


def test_text_that_is_no_state_is_refused():
    """A truncated or foreign record is named."""
    with pytest.raises(ValueError, match="not a detector state"):
        DetectorState.from_json('{"windows": 3}')


def test_before_the_first_window_there_is_no_evidence():
    """Minus infinity, and zero windows."""
    state = detector_of().start()
    assert state.log_evidence == -math.inf
    assert state.windows == 0


@pytest.mark.parametrize("empty", [[], [NAN], [NAN, NAN]])
def test_a_window_without_scores_changes_nothing(empty):
    """Missing is not bad, and not a window either."""
    detector = detector_of()
    state = after(detector, [[0.4, 0.7]])
    assert detector.update(state, empty) == state
    assert detector.update(detector.start(), empty) == detector.start()


def test_missing_scores_are_left_out():
    """NaN among scores is as if it were not there."""
    detector = detector_of()
    assert after(detector, [[0.4, NAN, 0.7]]) == after(detector, [[0.4, 0.7]])


@pytest.mark.parametrize("windows", [0, 1, 5])
def test_a_state_survives_json_to_the_last_digit(windows):
    """Evidence goes on after a crash where it was; the JSON is strict and small."""
    detector = detector_of()
    state = after(detector, [[0.4, 0.5, 1.0]] * windows)
    text = state.to_json()
    assert "Infinity" not in text
    assert len(json.loads(text)["log_wealth"]) <= 300
    known = DetectorState.from_json(text)
    assert known == state
    assert detector.update(known, [0.2]) == detector.update(state, [0.2])


def test_counts_equal_repeated_scores():
    """In the baseline and in a window, against a constant and a baseline, by strata too."""
    repeated = detector_of(repeat=250)
    counted = MeanDetector.against_baseline([0.4, 0.7, 0.9, 1.0], counts=[250] * 4, log_threshold=LINE)
    scores, counts = [0.2, 0.55, 0.9], [7, 30, 3]
    long = np.repeat(scores, counts)
    expected = after(repeated, [long] * 3).log_evidence
    state = counted.start()
    for _ in range(3):
        state = counted.update(state, scores, counts=counts)
    assert state.log_evidence == pytest.approx(expected, abs=1e-9)
    strata = ["a", "a", "b", "b"]
    by_hour = MeanDetector.against_baseline([0.4, 0.7, 0.9, 1.0], counts=[250] * 4, strata=strata, log_threshold=LINE)
    same = detector_of(repeat=250, strata=strata * 250)
    one, other = after(by_hour, [long], stratum="b"), after(same, [long], stratum="b")
    assert one.log_evidence == pytest.approx(other.log_evidence, abs=1e-9)


def test_a_count_of_zero_is_no_score():
    """Nor does it make a window."""
    detector = MeanDetector.against_constant(0.5)
    assert detector.update(detector.start(), [0.1], counts=[0]) == detector.start()


def test_distinct_and_repeated_scores_take_the_same_way():
    """Products of sixteen factors, logarithms of levels, scores one by one: one number."""
    rng = np.random.default_rng(11)
    detector = MeanDetector.against_constant(0.6)
    for size in (1, 15, 16, 17, 33, 700, 1500):
        scores = rng.random(size)
        bets = detector.stakes[None].bets[0]
        by_hand = np.log1p(bets[:, None] * (0.6 - scores)).sum(axis=1)
        expected = np.log((np.exp(by_hand).sum() + 1) / 9)
        assert after(detector, [scores]).log_evidence == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_even_weights_change_nothing_and_a_weight_stands_for_its_scores():
    """Weight 1 is no weight; the direction of a weighted window is that of its weighted mean."""
    detector = MeanDetector.against_constant(0.5)
    scores = [0.2, 0.3, 0.9, 0.45]
    assert after(detector, [scores], weights=[1.0] * 4) == after(detector, [scores])
    bad = after(detector, [[0.1, 0.9] * 30], weights=[1.9, 0.1] * 30).log_evidence
    good = after(detector, [[0.1, 0.9] * 30], weights=[0.1, 1.9] * 30).log_evidence
    assert bad > 5
    assert good < 0


def test_a_large_weight_cannot_ruin_a_bet():
    """Bets are capped by the largest weight, so even a weight of 10 at a score of 1 leaves a twentieth."""
    detector = MeanDetector.against_constant(0.1)
    assert math.isfinite(after(detector, [[1.0] * 50], weights=[10.0] * 50).log_evidence)


@pytest.mark.parametrize("score", [0.0, 1.0])
@pytest.mark.parametrize("c", [1e-6, 0.5, 1 - 1e-9])
def test_extreme_scores_and_boundaries_neither_overflow_nor_warn(score, c):
    """A hundred thousand equal scores at the end of the range, twice."""
    state = after(MeanDetector.against_constant(c), [np.full(100_000, score)] * 2)
    assert math.isfinite(state.log_evidence)


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_a_baseline_of_equal_scores_works(level):
    """Scores that never varied are a baseline like any other; equal scores are no alarm, lower ones are."""
    detector = MeanDetector.against_baseline([level] * 2000, log_threshold=LINE)
    assert after(detector, [[level] * 100] * 50).log_evidence < LINE
    lower = after(detector, [[0.0] * 100] * 20).log_evidence
    assert lower > LINE if level > 0 else lower <= math.log(20)


def test_a_baseline_of_one_score_never_alarms_by_itself():
    """One score tells nothing: whatever follows may be the same."""
    detector = MeanDetector.against_baseline([0.8], log_threshold=LINE)
    assert after(detector, [[0.3, 0.5] * 20] * 30).log_evidence < LINE


def test_the_margin_is_lost_without_evidence():
    """A drop of the margin is no drop; with the margin in it, evidence is smaller."""
    baseline = [0.6, 0.8, 1.0] * 3000
    strict = MeanDetector.against_baseline(baseline, margin=0.05, log_threshold=LINE)
    plain = MeanDetector.against_baseline(baseline, log_threshold=LINE)
    scores = [[0.55, 0.75, 0.95] * 60] * 20
    assert after(strict, scores).log_evidence < LINE < after(plain, scores).log_evidence


def test_a_design_effect_divides_the_evidence_of_a_window():
    """Against a constant: the log gain of each bet is halved by 2."""
    detector = MeanDetector.against_constant(0.7)
    full, half = after(detector, [[0.5] * 40]), after(detector, [[0.5] * 40], design_effect=2.0)
    assert half.log_wealth == pytest.approx([wealth / 2 for wealth in full.log_wealth])


def test_a_tempered_baseline_says_less_about_its_mean():
    """The same drop shows later when the baseline's scores depend on each other."""
    scores = [[0.3, 0.6, 0.8, 0.9] * 50] * 3
    assert after(detector_of(design_effect=8.0), scores).log_evidence < after(detector_of(), scores).log_evidence


def test_each_stratum_is_compared_with_its_own_mean():
    """Nights at their usual 0.6 are no alarm by night, and one by day; an unseen hour takes the pooled mean."""
    baseline, strata = [0.55, 0.65, 0.85, 0.95] * 1000, ["night", "night", "day", "day"] * 1000
    detector = MeanDetector.against_baseline(baseline, strata=strata, log_threshold=LINE)
    nights = [[0.55, 0.65] * 50] * 5
    assert after(detector, nights, stratum="night").log_evidence < LINE
    assert after(detector, nights, stratum="day").log_evidence > LINE
    assert after(detector, nights, stratum="dawn").log_evidence > LINE
    assert after(detector, [[0.7, 0.8] * 50] * 5, stratum="dawn").log_evidence < LINE


def test_a_later_change_shows_as_fast_as_an_early_one():
    """The restart: evidence after 500 good windows still needs only a few bad ones."""
    rng = np.random.default_rng(5)
    detector = MeanDetector.against_baseline(rng.beta(2.4, 0.6, 20_000), log_threshold=LINE)
    good = [rng.beta(2.4, 0.6, 200) for _ in range(500)]
    bad = [rng.beta(2.25, 0.75, 200) for _ in range(6)]
    quiet = after(detector, good)
    assert quiet.log_evidence < LINE
    state = quiet
    for scores in bad:
        state = detector.update(state, scores)
    assert state.log_evidence > LINE


def test_importing_the_detector_imports_no_scipy():
    """scipy.stats takes two seconds; every run imports the detector."""
    code = "import sys, tasks.stats.edetector, tasks.stats.bank, tasks.stats.paired; print('scipy' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert shown.stdout.strip() == "False"
