"""The verdict of a release, window by window, on made-up windows with known truth."""

import re
from collections.abc import Iterable

import msgspec
import numpy as np
import pytest

from flows.evaluating.deciding import ReleaseOnTrial
from flows.evaluating.rules import Rules, Surroundings
from tasks.decisions.baseline import BaselineChoice
from tasks.decisions.culprits import culprits
from tasks.decisions.drop import Level
from tasks.decisions.lines import thresholds, weights
from tasks.decisions.trial import TrialState
from tasks.domain.evaluation import Evaluation
from tasks.domain.settings.monitors import Monitors
from tasks.domain.settings.policy import Policy
from tasks.domain.summary import JudgedScores, JudgeUsage, WindowSummary
from tasks.domain.verdict import Verdict
from tasks.domain.window import Window
from tests.made import HOUR, counts, window

DAYS = 12 * 24


def rules(monitors: dict | None = None, **policy: object) -> Rules:
    """Rules with a modest objective, so that the comparison decides."""
    settings = Monitors.model_validate(
        {"quality": {"min_score": 0.3}, "latency": {"threshold_ms": 10_000}} | (monitors or {})
    )
    chosen = Policy.model_validate(policy)
    return Rules(
        service="helpdesk",
        monitors=settings,
        policy=chosen,
        lines=thresholds(chosen, HOUR),
        config_hash="c",
        coverage_floor=0.9,
        max_quarantined=0.05,
    )


def on_trial(seed: int, held_under: Rules | None = None, *, baseline: int = DAYS, own: bool = False) -> ReleaseOnTrial:
    """Release 2 against hours of release 1."""
    rng = np.random.default_rng(seed)
    windows = [window(rng, at, release="1") for at in range(baseline)]
    spans = tuple(Window(w.window_start, w.window_end) for w in windows)
    choice = BaselineChoice("1", spans, sum(w.scored for w in windows), own=own, words="its predecessor 1")
    return ReleaseOnTrial("2", held_under or rules(), choice, windows)


def run(release: ReleaseOnTrial, windows: Iterable[WindowSummary], **around: object) -> list[Evaluation]:
    """Decide window after window."""
    return [release.take(w, Surroundings(w.rows, w.cost_usd, **around), statistics=False) for w in windows]


def later(seed: int, hours: int, *, bad: float = 0.0, start: int = DAYS, **changes: object) -> list[WindowSummary]:
    """Hours of release 2 after the baseline."""
    rng = np.random.default_rng(seed)
    return [window(rng, start + at, release="2", bad=bad, **changes) for at in range(hours)]


def test_an_unchanged_release_passes_for_a_week() -> None:
    """Nothing speaks against a release that is like its predecessor."""
    evaluations = run(on_trial(1), later(2, 168))
    assert {e.verdict for e in evaluations} == {Verdict.PASS}
    assert all(e.healthy for e in evaluations)


def test_a_worse_release_fails_and_the_drop_is_named() -> None:
    """A drop of about 0.09 fails within a day of 40 scores an hour, with since when and how far."""
    evaluations = run(on_trial(3), later(4, 24, bad=0.15))
    failed = [e for e in evaluations if e.verdict is Verdict.FAIL]
    assert failed
    assert "quality" in failed[0].reasons[0]
    assert "drop 0." in failed[0].reasons[0]
    assert failed[0].findings[0].monitor == "quality"
    assert failed[0].lines.rollback >= failed[0].lines.rollback_line


def test_a_fail_is_sticky_while_the_release_lasts() -> None:
    """Good hours afterwards do not clear a release that failed."""
    release = on_trial(5)
    run(release, later(6, 30, bad=0.25))
    after = run(release, later(7, 10, start=DAYS + 30))
    assert {e.verdict for e in after} == {Verdict.FAIL}
    assert after[-1].reasons[0].startswith("failed since")


def test_a_drop_below_the_margin_never_fails_a_release() -> None:
    """The second key: evidence may cross in time, but the estimate must reach the margin too."""
    held = rules({"quality": {"min_score": 0.3, "margin": 0.2}})
    evaluations = run(on_trial(8, held), later(9, 48, bad=0.15))
    assert all(e.verdict is not Verdict.FAIL for e in evaluations)
    assert any(e.lines.rollback and e.lines.rollback >= e.lines.rollback_line for e in evaluations)


def test_a_warning_opens_once_and_stays_in_the_reasons() -> None:
    """A warn-level monitor warns at its crossing; later windows carry the open incident without a new warning."""
    slow = [
        window(np.random.default_rng(20 + at), DAYS + at, release="2", columns={"latency_ms": _slow(at)})
        for at in range(12)
    ]
    evaluations = run(on_trial(10), slow)
    warned = [at for at, e in enumerate(evaluations) if e.verdict is Verdict.WARN]
    assert warned
    assert all(e.verdict is not Verdict.FAIL for e in evaluations)
    quiet = [e for at, e in enumerate(evaluations) if at > warned[0] and e.verdict is Verdict.PASS]
    assert any("open warning: " in reason and "latency" in reason for e in quiet for reason in e.reasons)


def _slow(at: int):
    from tests.made import counts

    return counts(np.round(np.random.default_rng(50 + at).lognormal(6.5, 0.4, 40)))


def test_a_judge_that_is_away_changes_no_evidence_and_fails_nothing() -> None:
    """Windows without scores are inconclusive, and quality's evidence skips them."""
    release = on_trial(11)
    before = run(release, later(12, 3))[-1].evidence["quality"]
    away = {"judged": JudgedScores(), "judge": JudgeUsage(causes={"judge unavailable": 40})}
    evaluations = run(release, later(13, 6, start=DAYS + 3, **away))
    assert {e.verdict for e in evaluations} == {Verdict.INCONCLUSIVE}
    assert evaluations[-1].evidence["quality"] == before
    assert not any(e.healthy for e in evaluations)


def test_what_another_release_shares_is_not_this_releases_fault() -> None:
    """When the release beside it fell alike in the same windows, the verdict is at most warn and says so."""
    release = on_trial(14)
    rng = np.random.default_rng(15)
    before = [Level(window(rng, at).window_start, 0.75, 40.0) for at in range(DAYS - 50, DAYS)]
    fallen = [Level(window(rng, DAYS + at).window_start, 0.5, 40.0) for at in range(30)]
    evaluations = run(release, later(16, 30, bad=0.2), others={"1": {"quality/mean": [*before, *fallen]}})
    assert all(e.verdict is not Verdict.FAIL for e in evaluations)
    assert any("shared, not this release: 1 fell by 0.2" in reason for e in evaluations for reason in e.reasons)


def test_changed_inputs_hold_back_a_judged_fail() -> None:
    """While prompts drift, judges rate other kinds of content: a warning, not a fail."""
    release = on_trial(17)
    from tests.made import counts

    rng = np.random.default_rng(18)
    shifted = [
        window(rng, DAYS + at, release="2", bad=0.15, columns={"input_tokens": counts(rng.integers(60, 200, 40))})
        for at in range(24)
    ]
    evaluations = run(release, shifted)
    assert all(e.verdict is not Verdict.FAIL for e in evaluations)
    assert any("inputs changed (input_tokens)" in reason for e in evaluations for reason in e.reasons)


def _segmented(rng: np.random.Generator, at: int, easy: float, bad: float = 0.0, release: str = "2") -> WindowSummary:
    """An hour of easy questions, judged about 0.9, and hard ones, judged about 0.55; hard ones are longer."""
    from tests.made import counts

    hard = rng.random(40) >= easy
    quality = np.where(hard, rng.choice([0.3, 0.5, 0.8], 40), rng.choice([0.8, 0.9, 1.0], 40))
    quality = np.where(rng.random(40) < bad, 0.1, quality)
    judged = JudgedScores(
        quality=quality.tolist(),
        toxicity=[0.0] * 40,
        content=rng.integers(0, 2**40, 40).tolist(),
        segment=hard.astype(int).tolist(),
        segments=["easy", "hard"],
    )
    tokens = counts(np.where(hard, rng.integers(100, 200, 40), rng.integers(20, 90, 40)))
    return window(rng, at, release=release, judged=judged, columns={"input_tokens": tokens})


def _segmented_trial(seed: int) -> ReleaseOnTrial:
    rng = np.random.default_rng(seed)
    windows = [_segmented(rng, at, 0.7, release="1") for at in range(DAYS)]
    spans = tuple(Window(w.window_start, w.window_end) for w in windows)
    return ReleaseOnTrial("2", rules(), BaselineChoice("1", spans, DAYS * 40, own=False, words="1"), windows)


def test_a_new_mix_of_known_segments_is_not_the_releases_fault() -> None:
    """More hard questions lower the mean; within the segments nothing moved."""
    rng = np.random.default_rng(28)
    evaluations = run(_segmented_trial(27), [_segmented(rng, DAYS + at, 0.3) for at in range(30)])
    assert max(e.lines.rollback or 0.0 for e in evaluations) > evaluations[0].lines.rollback_line
    assert all(e.verdict is not Verdict.FAIL for e in evaluations)
    assert any("inputs changed (input_tokens)" in reason for e in evaluations for reason in e.reasons)


def test_a_release_that_is_worse_within_segments_fails_although_the_inputs_changed() -> None:
    """The residuals within known segments cross too: the mix does not excuse it."""
    release = _segmented_trial(29)
    rng = np.random.default_rng(30)
    evaluations = run(release, [_segmented(rng, DAYS + at, 0.4, bad=0.25) for at in range(30)])
    assert any("drift in input_tokens" in reason for e in evaluations for reason in e.reasons)
    assert evaluations[-1].verdict is Verdict.FAIL
    assert release.state.inputs_changed is not None
    assert abs((release.state.inputs_changed - evaluations[0].window.start) / HOUR) <= 2


def test_every_comparison_says_which_drop_shows_within_a_day() -> None:
    """In the unit that is bet on; more scores show smaller drops."""
    few, many = (run(on_trial(31), later(32, 3, rows=rows))[-1] for rows in (20, 200))
    shown = {f.monitor: f.detectable for f in many.findings if f.detectable is not None}
    assert {"quality", "errors", "latency", "feedback"} <= set(shown)
    assert "drift/prompt_chars/evidence" not in shown
    assert 0 < shown["quality"] < {f.monitor: f.detectable for f in few.findings}["quality"] < 0.3
    quality = next(f for f in many.findings if f.monitor == "quality")
    assert quality.metrics["quality/detectable_drop"] == quality.detectable


def test_the_verdict_says_after_how_long_which_drop_shows() -> None:
    """In hours, or not at all."""
    text = run(on_trial(33), later(34, 1))[0].text
    assert re.search(r"At this sample a drop of 0\.05 shows in about \d+ h, 0\.02 (in about|not at all)", text)
    assert text.endswith("0.01 not at all.")


def test_a_baseline_that_never_shows_a_drop_is_said_so() -> None:
    """Eighty scores are too few, however long one waits."""
    text = run(on_trial(35, baseline=2), later(36, 1, start=2))[0].text
    assert re.search(r"; power: drops up to 0\.05 cannot be seen yet; [\d,]+ baseline scores would show 0\.04\.$", text)
    assert "At this sample" not in text


def test_culprits_are_those_that_e_bh_names_or_who_alone_would_have_crossed() -> None:
    """Strongest first; where many small moves add up, the strongest stands for them."""
    shares = {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}
    windows = dict.fromkeys(shares, 10)
    assert culprits({"a": 12.0, "b": 9.0, "c": 1.0}, shares, 8.0, windows) == ["a", "b"]
    assert culprits({"a": 7.5, "b": 1.0, "c": 7.6}, shares, 8.0, windows) == ["c", "a"]
    assert culprits({"a": 5.1, "b": 5.0, "c": 5.2}, shares, 8.0, dict.fromkeys(shares, 500)) == ["c"]


def test_an_objective_alone_fails_but_leaves_the_window_healthy() -> None:
    """An absolute breach is a fail and an alert; a successor must still have something to be compared with."""
    evaluations = run(on_trial(19, rules({"quality": {"min_score": 0.9}})), later(20, 24))
    failed = [e for e in evaluations if e.verdict is Verdict.FAIL]
    assert failed
    assert re.match(
        r"quality objective breached: 0\.\d\d \(0\.\d\d–0\.8\d\) over the \d+ windows since 06-13 \d\d:00Z, "
        r"objective at least 0\.9; this window: quality 0\.\d\d \([^)]*\), baseline 0\.\d\d$",
        failed[0].reasons[0],
    )
    assert failed[0].healthy


def test_a_breach_under_word_overlap_says_what_to_do() -> None:
    """Nobody who tries it offline knows that its scores have no absolute scale."""
    hours = later(20, 24, judge=JudgeUsage(provider="heuristic"))
    failed = [e for e in run(on_trial(19, rules({"quality": {"min_score": 0.9}})), hours) if e.verdict is Verdict.FAIL]
    assert "word overlap, no LLM, has no absolute scale: set monitors.quality.min_score" in failed[0].reasons[0]


def test_a_window_below_its_baseline_passes_and_is_to_be_watched() -> None:
    """One bad window is no evidence yet, and it is not said that nothing speaks against the release."""
    first = run(on_trial(43), later(44, 1, bad=0.3))[0]
    assert first.verdict is Verdict.PASS
    assert first.reasons[0].startswith("not yet enough evidence: quality 0.")
    headline, why, *_ = first.text.split("\n")
    assert headline.endswith(". Not yet enough evidence.")
    assert re.match(
        r"Quality 0\.\d\d \([^)]*\), baseline 0\.\d\d; objective at least 0\.3: below baseline in this window\.", why
    )
    assert why.endswith("a warning needs 3 months, a rollback 10 years. Watch the next windows.")
    assert "othing speaks" not in first.text
    usual = run(on_trial(43), later(45, 1))[0]
    assert "Nothing speaks against this release.\nNothing unusual: an unchanged release looks like this" in usual.text


def test_what_only_warns_is_said_beside_the_line_it_crosses() -> None:
    """Once in a thousand years must not look like a missed rollback; a fail says over what it is averaged."""
    slow = counts(np.random.default_rng(47).gamma(9.0, 100.0, 40))
    hours = [msgspec.structs.replace(w, columns={**w.columns, "latency_ms": slow}) for w in later(46, 12)]
    warned = next(e for e in run(on_trial(45), hours) if e.verdict is Verdict.WARN)
    assert re.search(
        r"averaged over all monitors \(warn: 3 months, rollback: 10 years; (drift and )?latency only warns?\)",
        warned.text,
    )
    failed = next(e for e in run(on_trial(3), later(4, 24, bad=0.15)) if e.verdict is Verdict.FAIL)
    assert "averaged over the monitors that roll back (warn: 3 months, rollback: 10 years)." in failed.text


def test_state_survives_json_and_goes_on_alike() -> None:
    """A run resumed from its stored state decides exactly like one that never stopped."""
    whole, halved = on_trial(21), on_trial(21)
    hours = later(22, 20, bad=0.1)
    expected = run(whole, hours)
    run(halved, hours[:10])
    text = halved.state.to_json()
    assert TrialState.from_json(text) == halved.state
    halved.resume(TrialState.from_json(text), halved.levels, halved.timeline)
    resumed = run(halved, hours[10:])
    assert [(e.verdict, e.evidence) for e in resumed] == [(e.verdict, e.evidence) for e in expected[10:]]


def test_weights_add_up_and_quality_has_its_share() -> None:
    """0.4 over quality, the rest even; without quality all even."""
    family = weights(["quality", "toxicity", "errors"])
    assert family["quality"] == pytest.approx(0.4)
    assert sum(family.values()) == pytest.approx(1.0)
    assert weights(["errors", "latency"]) == {"errors": 0.5, "latency": 0.5}
    assert weights([]) == {}
