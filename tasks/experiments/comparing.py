"""One more window of a comparison: rows of both releases in, evidence and decision out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import numpy as np

from tasks.domain.settings.experiments import Experiment, Metric
from tasks.domain.window import Window
from tasks.experiments.deciding import decide
from tasks.experiments.family import Family
from tasks.experiments.repeats import counted, effect_of
from tasks.experiments.rows import ENOUGH, QUANTILE, REFERRED, Row, features_of, values_of
from tasks.experiments.state import ComparisonState, Decision, Look, Outcome, Tests
from tasks.experiments.units import Arm, each_its_own, evenly, means, new_units

_JUDGED: tuple[Metric, ...] = ("quality", "toxicity")


def start() -> ComparisonState:
    """Return the state before the first window."""
    return ComparisonState()


def learn(state: ComparisonState, experiment: Experiment, control: Sequence[Row]) -> ComparisonState:
    """Take in interactions of the control that are not compared, for its quantiles of latency and cost.

    Those of the time before the test; where there are none, those of the first windows. Once 500 are known the quantile
    is frozen: it must not look at what it is compared with.
    """
    references, learning = dict(state.references), dict(state.learning)
    for metric in experiment.metrics:
        if metric not in REFERRED or metric in references:
            continue
        values = values_of(metric, control)
        known = learning.get(metric, []) + values[~np.isnan(values)].tolist()
        learning[metric] = known
        if len(known) >= ENOUGH:
            references[metric] = float(np.quantile(known, QUANTILE, method="higher"))
            del learning[metric]
    return msgspec.structs.replace(state, references=references, learning=learning)


def update(
    state: ComparisonState, experiment: Experiment, window: Window, control: Sequence[Row], candidate: Sequence[Row]
) -> ComparisonState:
    """Return the state after one more window, with its decision; a final decision stays, and nothing is taken in.

    Args:
        state: After the window before.
        experiment: What the test asks; the same for all windows of it.
        window: Later than the last one: each counts once.
        control: Its interactions in the window, in the order served.
        candidate: Likewise.

    Raises:
        ValueError: for a window that was taken in before.
    """
    if state.decision.final:
        return state
    if state.ended is not None and window.start < state.ended:
        raise ValueError(f"window {window.start:%Y-%m-%d %H:%MZ} was taken in before; the last ended {state.ended}")
    arms, seen, crossed = _arms(state, experiment, control, candidate)
    contents = tuple(
        counted(known, [row.content for row in arm.rows]) for known, arm in zip(state.contents, arms, strict=True)
    )
    repeats = max(effect_of(counts) for counts in contents)
    tests = dict(state.tests)
    family = Family(experiment)
    for metric in experiment.metrics:
        if metric not in REFERRED or metric in state.references:
            effect = repeats if metric in _JUDGED else 1.0
            tests[metric] = _tested(family, metric, tests.get(metric, Tests()), arms, state.references, effect)
    state = msgspec.structs.replace(
        learn(state, experiment, control),
        began=state.began or window.start,
        ended=window.end,
        windows=state.windows + 1,
        tests=tests,
        units=(state.units[0] + arms[0].units, state.units[1] + arms[1].units),
        seen=seen,
        crossed=crossed,
        contents=(contents[0], contents[1]),
        looks=_looked(state.looks, tests.get(experiment.primary), window),
    )
    return msgspec.structs.replace(state, decision=decide(state, experiment))


def call_off(state: ComparisonState, why: str, at: datetime) -> ComparisonState:
    """Return the state of a test that others ended; what was decided before stays, and so does nothing begun."""
    if state.decision.final or state.began is None:
        return state
    return msgspec.structs.replace(state, decision=Decision(Outcome.INCONCLUSIVE, why, at))


def _arms(
    state: ComparisonState, experiment: Experiment, control: Sequence[Row], candidate: Sequence[Row]
) -> tuple[tuple[Arm, Arm], tuple[tuple[int, ...], tuple[int, ...]], int]:
    """Return the new units of both, all units seen by now, and how many of them both releases served."""
    if experiment.unit == "interaction":
        return (each_its_own(control), each_its_own(candidate)), state.seen, 0
    known = frozenset(state.seen[0]), frozenset(state.seen[1])
    arms = new_units(control, known[0]), new_units(candidate, known[1])
    seen = state.seen[0] + arms[0].keys, state.seen[1] + arms[1].keys
    return arms, seen, len(frozenset(seen[0]) & frozenset(seen[1]))


def _tested(
    family: Family,
    metric: Metric,
    tests: Tests,
    arms: tuple[Arm, Arm],
    references: Mapping[str, float],
    design_effect: float,
) -> Tests:
    control, candidate = evenly(*(means(arm, features_of(metric, arm.rows, references.get(metric))) for arm in arms))
    states = (tests.worse, tests.not_worse, tests.better)
    return Tests(
        *(
            test.update(known, control, candidate, design_effect=design_effect)
            for test, known in zip(family.tests(metric), states, strict=True)
        )
    )


def _looked(looks: tuple[Look, ...], tests: Tests | None, window: Window) -> tuple[Look, ...]:
    if tests is None or not tests.not_worse.pairs:
        return looks
    shown = tests.not_worse.interval
    assert math.isfinite(shown.estimate)
    return (*looks, Look(window.end, tests.not_worse.pairs, shown.estimate, shown.low, shown.high))
