"""What a comparison comes to: promote, stop, continue, or inconclusive at the horizon; always with its reason."""

from __future__ import annotations

import math
from datetime import timedelta

from tasks.domain.settings.experiments import Experiment, Metric
from tasks.domain.signed import signed
from tasks.experiments.family import Family
from tasks.experiments.forecast import about, more_pairs
from tasks.experiments.repeats import effect_of
from tasks.experiments.state import ComparisonState, Decision, Outcome, Tests
from tasks.experiments.units import UNITS_KEPT
from tasks.stats.sample_ratio import sample_ratio_log_evidence

_RATIO_LINE = math.log(100)
"""A split as asked is called off in at most 1 of 100 tests (STATISTICS.md, section 10)."""

_CROSSED = 0.01
"""Above this share of sessions served by both releases the split does not stick; below it, shared devices."""


def decide(state: ComparisonState, experiment: Experiment) -> Decision:
    """Return the decision after a window."""
    assert state.began is not None
    assert state.ended is not None
    broken = invalid(state, experiment)
    if broken:
        return Decision(Outcome.INCONCLUSIVE, broken, state.ended)
    if stopped := _stopped(state, experiment):
        return Decision(Outcome.STOP, stopped, state.ended)
    open_questions = [words for metric in experiment.metrics if (words := _open(state, experiment, metric))]
    lasted = state.ended - state.began
    if not open_questions and lasted >= timedelta(days=experiment.min_days):
        return Decision(Outcome.PROMOTE, _shown(state, experiment), state.ended)
    if lasted >= timedelta(days=experiment.max_days):
        return Decision(
            Outcome.INCONCLUSIVE, f"over after {experiment.max_days:g} days: {'; '.join(open_questions)}", state.ended
        )
    if sum(state.units) >= UNITS_KEPT and experiment.unit == "session":
        return Decision(
            Outcome.INCONCLUSIVE, f"over after {sum(state.units):,} sessions: {'; '.join(open_questions)}", state.ended
        )
    missing = experiment.min_days - lasted / timedelta(days=1)
    waits = open_questions or [f"all is shown; {missing:.1f} more days of at least {experiment.min_days:g}"]
    return Decision(Outcome.CONTINUE, "; ".join(waits), state.ended)


def ratio_evidence(state: ComparisonState, experiment: Experiment) -> float:
    """Return the log evidence that the units were not split in the shares asked for."""
    return sample_ratio_log_evidence(state.units, [1 - experiment.share, experiment.share])


def invalid(state: ComparisonState, experiment: Experiment) -> str:
    """Return why the comparison means nothing; empty where it is sound."""
    control, candidate = state.units
    if ratio_evidence(state, experiment) >= _RATIO_LINE:
        share = control / (control + candidate)
        return (
            f"the split is off: the control got {share:.1%} of {control + candidate:,} {experiment.unit}s, asked were "
            f"{1 - experiment.share:.1%}; what is lost or sent elsewhere may be the difference. Repair the "
            "assignment (or share) and begin anew"
        )
    if state.crossed > max(_CROSSED * (control + candidate), 5):
        return (
            f"the split does not stick: both releases served {state.crossed:,} of {control + candidate:,} sessions; "
            "repair the assignment, or compare by unit interaction"
        )
    return ""


def _stopped(state: ComparisonState, experiment: Experiment) -> str:
    """Return why the candidate is to be stopped; empty where it is not.

    Two keys: it is shown to be worse, and by an estimate that is nearer to the margin than to nothing. A candidate that
    is worse by next to nothing is not stopped, however much traffic proves it.
    """
    family = Family(experiment)
    if family.against(state.tests) < family.stop_line:
        return ""
    culprit = family.culprit(state.tests)
    tests, margin = state.tests[culprit], getattr(experiment.margins, culprit)
    shown = tests.worse.interval
    if -shown.estimate < margin / 2:
        return ""
    # No interval here: the one for display is wide at few pairs and would seem to contradict the e-value that decided.
    return (
        f"worse in {culprit}: {signed(shown.estimate)} against the control after {tests.worse.pairs:,} of each; equal "
        f"releases would look like this at most once in {math.exp(family.against(state.tests)):,.0f} tests"
    )


def _open(state: ComparisonState, experiment: Experiment, metric: Metric) -> str:
    """Return what is still open about a metric; empty where it is settled."""
    tests = state.tests.get(metric, Tests())
    margin = getattr(experiment.margins, metric)
    if metric == experiment.primary and experiment.goal == "better":
        if tests.better.decided:
            return ""
        question = f"a gain of {margin:g} in {metric}"
        needed = more_pairs(tests.better, margin, experiment.alpha / 2, _effect(state, metric))
    elif tests.not_worse.decided:
        return ""
    else:
        question = f"a drop of {margin:g} in {metric}"
        needed = more_pairs(tests.not_worse, margin, experiment.alpha, _effect(state, metric))
    if not tests.not_worse.pairs:
        return f"{metric} not measured yet"
    estimate = f"now {signed(tests.not_worse.interval.estimate)}{_until_stopped(state, experiment, metric)}"
    if needed is None:
        return f"too few yet to say when {question} is settled ({estimate})"
    return f"{about(needed)} more of each to settle {question} ({estimate})"


def _until_stopped(state: ComparisonState, experiment: Experiment, metric: Metric) -> str:
    """Return after how many more pairs a candidate that stays as bad as it looks is stopped; empty if it looks good."""
    tests, family = state.tests[metric], Family(experiment)
    drop = -tests.worse.interval.estimate
    if drop < getattr(experiment.margins, metric) / 2:
        return ""
    alone = family.alpha_stop * family.weight(metric)
    needed = more_pairs(tests.worse, drop, alone, _effect(state, metric))
    return f"; if it stays there, stopped after {about(needed)} more" if needed else ""


def _shown(state: ComparisonState, experiment: Experiment) -> str:
    """Return what was shown, metric by metric."""
    said = []
    for metric in experiment.metrics:
        shown = state.tests[metric].not_worse.interval
        better = metric == experiment.primary and experiment.goal == "better"
        words = "better" if better else f"not worse by {getattr(experiment.margins, metric):g}"
        said.append(f"{metric} {words}: {signed(shown.estimate)} ({signed(shown.low)} to {signed(shown.high)})")
    pairs = state.tests[experiment.primary].not_worse.pairs
    return f"{'; '.join(said)}; after {pairs:,} of each"


def _effect(state: ComparisonState, metric: Metric) -> float:
    if metric not in {"quality", "toxicity"}:
        return 1.0
    return max(effect_of(counts) for counts in state.contents)
