"""A comparison window by window: what counts, what does not, and what it comes to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from pydantic import ValidationError

from tasks.domain.settings.experiments import Experiment, Margins
from tasks.domain.window import Window
from tasks.experiments import ComparisonState, Outcome, Row, learn, start, update
from tasks.experiments.forecast import more_pairs
from tasks.stats.paired import PairedTest

HOUR = timedelta(hours=1)
START = datetime(2026, 6, 1, tzinfo=UTC)
QUALITY = Experiment(guardrails=())


def at(hour: int) -> Window:
    """Return a window."""
    return Window(START + hour * HOUR, START + (hour + 1) * HOUR)


def rows(rng: np.random.Generator, number: int, *, drop: float = 0.0, slow: float = 1.0, errors: float = 0.02):
    """Return interactions: quality about 0.75, latency about 400 ms."""
    quality = np.where(rng.random(number) < drop / 0.75, 0.0, np.round(rng.beta(6, 2, number) * 4) / 4)
    latency, failed = slow * rng.lognormal(6, 0.4, number), rng.random(number) < errors
    ids = rng.integers(0, 2**60, number)
    return [
        Row(unit=f"{i}", failed=bool(f), latency_ms=float(ms), quality=float(q), toxicity=0.0)
        for i, f, ms, q in zip(ids, failed, latency, quality, strict=True)
    ]


def run(
    experiment: Experiment, rng: np.random.Generator, hours: int, number: int = 100, **candidate
) -> ComparisonState:
    """Compare a good control with a candidate until it is decided."""
    state = start()
    for hour in range(hours):
        state = update(state, experiment, at(hour), rows(rng, number), rows(rng, number, **candidate))
    return state


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"primary": "speed"}, "'quality', 'toxicity'"),
        ({"guardrails": ("quality",)}, "primary metric already"),
        ({"guardrails": ("errors", "errors")}, "twice"),
        ({"min_days": 14}, "must be less than max_days"),
        ({"margins": {"quality": 0}}, "greater than 0"),
        ({"primry": "quality"}, "did you mean 'primary'"),
    ],
)
def test_an_experiment_that_cannot_be_run_is_refused(asked, words):
    """Naming the setting."""
    with pytest.raises(ValidationError, match=words):
        Experiment(**asked)


def test_a_window_counts_once():
    """A second time is an error, not evidence."""
    state = update(start(), QUALITY, at(3), [], [])
    with pytest.raises(ValueError, match="2026-06-01 03:00Z was taken in before"):
        update(state, QUALITY, at(3), [], [])


def test_nothing_served_is_no_evidence():
    """Empty windows, and windows in which only one release served."""
    rng = np.random.default_rng(1)
    state = update(update(start(), QUALITY, at(0), [], []), QUALITY, at(1), rows(rng, 50), [])
    assert state.decision.outcome is Outcome.CONTINUE
    assert "quality not measured yet" in state.decision.reason


def test_what_is_missing_to_stop_a_candidate_is_told_before_it_is_stopped():
    """About as many pairs as most tests then take, within a factor of two."""
    foretold, taken = [], []
    for seed in range(40):
        rng, state = np.random.default_rng(seed), start()
        while not state.decision.final:
            state = update(state, QUALITY, at(state.windows), rows(rng, 40), rows(rng, 40, drop=0.06))
            words = re.search(r"if it stays there, stopped after about ([\d,]+) more", state.decision.reason)
            if words and state.windows == 3:
                foretold.append(120 + int(words[1].replace(",", "")))
        taken.append(state.tests["quality"].worse.pairs)
    assert len(foretold) >= 20
    assert 0.5 < np.median(taken) / np.median(foretold) < 2


def test_a_bad_candidate_is_stopped_and_stays_stopped():
    """A drop of 0.08 within hours; better hours later do not undo it."""
    rng = np.random.default_rng(2)
    state = run(Experiment(), rng, 24, drop=0.08)
    assert state.decision.outcome is Outcome.STOP
    assert "worse in quality" in state.decision.reason
    assert update(state, Experiment(), at(99), rows(rng, 50, drop=0.9), rows(rng, 50)) == state


def test_a_guardrail_stops_a_candidate_that_is_good_in_the_primary():
    """Errors from 2 % to 10 %."""
    state = run(Experiment(), np.random.default_rng(3), 30, errors=0.1)
    assert state.decision.outcome is Outcome.STOP
    assert "worse in errors" in state.decision.reason


def test_a_slow_candidate_is_stopped_by_the_share_beyond_the_controls_quantile():
    """The quantile is frozen before what it is compared with."""
    experiment = Experiment(guardrails=("latency",))
    rng = np.random.default_rng(4)
    state = learn(start(), experiment, rows(rng, 600))
    frozen = state.references["latency"]
    for hour in range(20):
        state = update(state, experiment, at(hour), rows(rng, 100), rows(rng, 100, slow=1.4))
    assert state.references["latency"] == frozen
    assert "worse in latency" in state.decision.reason


def test_without_a_time_before_the_first_windows_teach_the_quantile_and_are_not_compared():
    """Five windows of 100."""
    experiment = Experiment(guardrails=("latency",))
    rng = np.random.default_rng(5)
    state = run(experiment, rng, 5)
    assert "latency not measured yet" in state.decision.reason
    assert "latency" not in state.tests
    state = update(state, experiment, at(5), rows(rng, 100), rows(rng, 100))
    assert state.tests["latency"].worse.pairs == 100


def test_a_neutral_candidate_is_promoted_when_all_is_shown_and_not_before_min_days():
    """Drops of 0.02 are excluded within some 1,000 interactions; the day must pass all the same."""
    rng = np.random.default_rng(6)
    early = run(Experiment(guardrails=()), rng, 23, number=200)
    assert early.decision.outcome is Outcome.CONTINUE
    assert "all is shown" in early.decision.reason
    state = update(early, Experiment(guardrails=()), at(23), rows(rng, 200), rows(rng, 200))
    assert state.decision.outcome is Outcome.PROMOTE
    assert "quality not worse by 0.02" in state.decision.reason


def test_what_is_missing_is_said_in_interactions():
    """Read by people who wait."""
    state = run(QUALITY, np.random.default_rng(7), 2)
    assert "more of each to settle a drop of 0.02 in quality" in state.decision.reason


def test_an_equal_candidate_that_must_be_better_ends_inconclusive_at_the_horizon():
    """Neither stopped nor promoted."""
    experiment = Experiment(goal="better", guardrails=(), min_days=0, max_days=1)
    state = run(experiment, np.random.default_rng(8), 24, number=60)
    assert state.decision.outcome is Outcome.INCONCLUSIVE
    assert "over after 1 days" in state.decision.reason


def test_a_gain_is_promoted_where_better_is_asked():
    """From a control that fails every eighth answer."""
    experiment = Experiment(goal="better", guardrails=(), min_days=0)
    rng = np.random.default_rng(9)
    state = start()
    for hour in range(24):
        state = update(state, experiment, at(hour), rows(rng, 100, drop=0.1), rows(rng, 100))
    assert state.decision.outcome is Outcome.PROMOTE


def test_a_split_that_is_off_makes_the_test_void():
    """45 of 100 are missing from the candidate: they may be its worst."""
    rng = np.random.default_rng(10)
    state = start()
    for hour in range(20):
        state = update(state, QUALITY, at(hour), rows(rng, 200), rows(rng, 110))
    assert state.decision.outcome is Outcome.INCONCLUSIVE
    assert "the split is off: the control got 64" in state.decision.reason


def test_a_split_as_asked_for_is_no_mismatch():
    """90 and 10, with the share given; pairs are spread over the window."""
    rng = np.random.default_rng(11)
    state = start()
    experiment = Experiment(guardrails=(), share=0.1)
    for hour in range(20):
        state = update(state, experiment, at(hour), rows(rng, 180), rows(rng, 20))
    assert state.decision.outcome is Outcome.CONTINUE
    assert state.tests["quality"].worse.pairs == 400


def test_a_session_enters_once_with_its_mean():
    """Ten answers of one conversation are one unit, also in the next window."""
    experiment = Experiment(guardrails=(), unit="session")
    one = [Row(unit="a", quality=0.2), Row(unit="a", quality=0.4), Row(unit="b", quality=1.0)]
    other = [Row(unit="c", quality=0.5)] * 10 + [Row(unit="d", quality=0.9)]
    state = update(start(), experiment, at(0), one, other)
    assert state.units == (2, 2)
    assert state.tests["quality"].worse.total == pytest.approx((0.5 - 0.3) + (0.9 - 1.0))
    again = update(state, experiment, at(1), one, other)
    assert again.tests["quality"] == state.tests["quality"]
    assert again.units == (2, 2)


def test_sessions_served_by_both_releases_make_the_test_void():
    """The router does not stick."""
    experiment = Experiment(guardrails=(), unit="session")
    both = [Row(unit=f"s{n}", quality=0.5) for n in range(100)]
    state = update(start(), experiment, at(0), both, both)
    assert "does not stick: both releases served 100" in state.decision.reason


def test_repeated_content_is_no_new_evidence():
    """The same 20 answers again and again: as much is taken off as they repeat."""
    good = [Row(unit=f"{n}", quality=0.8, content=n % 20) for n in range(400)]
    bad = [Row(unit=f"{n}", quality=0.7, content=n % 20) for n in range(400)]
    fresh = [[Row(unit=row.unit, quality=row.quality) for row in arm] for arm in (good, bad)]
    repeated = update(start(), QUALITY, at(0), good, bad).tests["quality"].worse
    plain = update(start(), QUALITY, at(0), *fresh).tests["quality"].worse
    assert repeated.log_wealth == pytest.approx([wealth / 20 for wealth in plain.log_wealth])


def test_a_state_survives_json_at_every_step():
    """A run that resumes decides like one that never stopped."""
    rng = np.random.default_rng(12)
    experiment = Experiment(unit="session")
    state = resumed = start()
    for hour in range(6):
        both = rows(rng, 120), rows(rng, 120)
        state = update(state, experiment, at(hour), *both)
        resumed = ComparisonState.from_json(update(resumed, experiment, at(hour), *both).to_json())
    assert resumed == state
    assert "latency" in state.tests


@pytest.mark.slow
def test_equal_releases_are_hardly_ever_stopped():
    """Looked at hourly in three metrics: at most 5 % of 120 tests (and what chance adds)."""
    stops = 0
    for seed in range(120):
        rng = np.random.default_rng([13, seed])
        state = run(Experiment(min_days=2, max_days=3), rng, 15, number=60)
        stops += state.decision.outcome is Outcome.STOP
    assert stops <= 11  # binomial(120, 0.05): beyond it in 3 of 1,000


def test_a_candidate_worse_by_the_margin_is_hardly_ever_promoted():
    """A guardrail at its margin: the intersection-union test keeps alpha."""
    experiment = Experiment(guardrails=(), min_days=0, margins=Margins(quality=0.06))
    promoted = 0
    for seed in range(100):
        rng = np.random.default_rng([14, seed])
        state = run(experiment, rng, 12, number=60, drop=0.064)
        promoted += state.decision.outcome is Outcome.PROMOTE
    assert promoted <= 10


@pytest.mark.parametrize("margin", [0.02, 0.05])
def test_the_forecast_is_near_the_median_of_tests(margin):
    """Within a third, of 40 tests of an equal candidate."""
    rng = np.random.default_rng(15)
    test = PairedTest(alternative="not_worse", margin=margin)
    took, said = [], []
    for _ in range(40):
        state = test.start()
        while not state.decided:
            state = test.update(state, *(np.round(rng.beta(6, 2, 25) * 4) / 4 for _ in range(2)))
            if state.pairs == 50:
                said.append(50 + (more_pairs(state, margin, 0.05) or 0))
        took.append(state.pairs)
    assert np.median(said) == pytest.approx(np.median(took), rel=1 / 3)
