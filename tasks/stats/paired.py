"""Two releases side by side: evidence on the difference of their means, valid however often one looks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from tasks.stats.betting import MOST_AT_STAKE, log_sum_exp, sum_of_logs
from tasks.stats.interval import Interval
from tasks.stats.paired_state import PairedState
from tasks.stats.sample_ratio import sample_ratio_log_evidence
from tasks.stats.window_scores import Floats, Numbers, check_design_effect, one_dimensional

__all__ = ["Alternative", "PairedState", "PairedTest", "sample_ratio_log_evidence"]

Alternative = Literal["two-sided", "worse", "not_worse"]

_BETS = np.geomspace(0.06, 0.9, 6)
"""Best for differences of 0.005 to 0.1: differences of scores have variance about 0.08, those of rates of 5 % too."""

_TIGHTEST_AT = 1_000
"""Pairs at which the confidence sequence is tightest: where most comparisons are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTest:
    """Compares a candidate with a control while both serve.

    Formula: the i-th control and candidate of a window make a pair with difference D = candidate − control in [−1, 1];
    `E = mean_λ Π (1 + λ D)` over a grid is an e-value, and `P(E ever ≥ 1/α) ≤ α` under the null. The interval is
    the asymptotic confidence sequence `D̄ ± s √(2 (n ρ² + 1) / (n² ρ²) · log(√(n ρ² + 1) / α))`, n the pairs over the
    design effect.

    Assumes units are assigned to the two arms at random, so that within a window both see the same traffic; scores in
    [0, 1]. Effects of the hour cancel within pairs. Not for releases that served at different times (`edetector`), nor
    for the same units under both arms with other pairs than by order.

    References: Waudby-Smith and Ramdas (2024), Estimating means of bounded random variables by betting; Waudby-Smith,
    Arbour, Sinha, Kennedy, Ramdas (2024), Time-uniform central limit theory and asymptotic confidence sequences.

    Attributes:
        alpha: Chance to reject a true null, ever.
        alternative: `two-sided` rejects |candidate − control| ≤ margin, `worse` rejects candidate ≥ control − margin,
            `not_worse` rejects candidate ≤ control − margin.
        margin: Difference that does not matter.

    Example:
        >>> test = PairedTest(alternative="worse")
        >>> state = test.update(test.start(), [0.8, 0.9] * 200, [0.7, 0.8] * 200)
        >>> state.decided, state.pairs, round(state.interval.estimate, 2)
        (True, 400, -0.1)
    """

    alpha: float = 0.05
    alternative: Alternative = "two-sided"
    margin: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what would make the guarantee void.

        Raises:
            ValueError: for alpha outside (0, 1), a margin outside [0, 1), an unknown alternative.
        """
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha {self.alpha!r} must lie in (0, 1)")
        if not 0 <= self.margin < 1:
            raise ValueError(f"margin {self.margin!r} must lie in [0, 1)")
        if self.alternative not in get_args(Alternative):
            raise ValueError(f"alternative {self.alternative!r} is unknown; known: {', '.join(get_args(Alternative))}")

    def start(self) -> PairedState:
        """Return the state before the first window."""
        return PairedState()

    def update(
        self, state: PairedState, control: Numbers, candidate: Numbers, *, design_effect: float = 1.0
    ) -> PairedState:
        """Return the state after one more window.

        Args:
            state: After the window before; each window is taken in once.
            control: Scores in [0, 1] in the order served; NaN = missing.
            candidate: Likewise; the first min(n_a, n_b) are paired, the rest is dropped.
            design_effect: Divides the window's evidence, where content repeats, and what the pairs so far count for in
                the interval; at least 1.

        Raises:
            ValueError: for a score outside [0, 1] or a design effect below 1.
        """
        effect = check_design_effect(design_effect)
        a, b = _scores(control, "control"), _scores(candidate, "candidate")
        shared = min(a.size, b.size)
        differences = b[:shared] - a[:shared]
        differences = differences[~np.isnan(differences)]
        if not differences.size:
            return state
        factors = self._factors(differences)
        wealth = sum_of_logs(factors) / effect
        if state.log_wealth:
            wealth = wealth + np.array(state.log_wealth)
        evidence = float(log_sum_exp(wealth)) - math.log(wealth.size)
        pairs = state.pairs + differences.size
        total = state.total + float(differences.sum())
        squares = state.squares + float(differences @ differences)
        return PairedState(
            log_evidence=evidence,
            decided=state.decided or evidence >= -math.log(self.alpha),
            pairs=pairs,
            interval=confidence_sequence(pairs, total, squares, self.alpha, effect),
            log_wealth=tuple(wealth.tolist()),
            total=total,
            squares=squares,
        )

    def _factors(self, differences: Floats) -> Floats:
        """Return `1 + λ D` of each bet, shape [bets, pairs]."""
        worse = -(differences + self.margin)
        if self.alternative == "not_worse":
            return _stakes(-worse, 1.0 - self.margin)
        if self.alternative == "worse":
            return _stakes(worse, 1.0 + self.margin)
        better = differences - self.margin
        return np.concatenate([_stakes(worse, 1.0 + self.margin), _stakes(better, 1.0 + self.margin)])


def confidence_sequence(pairs: int, total: float, squares: float, alpha: float, design_effect: float = 1.0) -> Interval:
    """Return the mean difference with its interval at 1 − alpha, valid at all sample sizes at once (asymptotically).

    Formula: `D̄ ± s √(2 (n ρ² + 1) / (n² ρ²) · log(√(n ρ² + 1) / α))`, tightest at n = 1,000 pairs; n are the pairs over
    the design effect. The variance takes in one made-up difference of 1, as often as content repeats: identical answers
    at first do not make a width of 0.

    Assumes independent pairs with finite variance, and some dozens of them. Not for a decision: that is the e-value's.
    Reference: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2024).

    Example:
        >>> shown = confidence_sequence(1_000, total=-50.0, squares=80.0, alpha=0.05)
        >>> round(shown.low, 3), round(shown.high, 3)
        (-0.077, -0.023)
    """
    mean = total / pairs
    variance = (max(squares - pairs * mean * mean, 0.0) + design_effect) / pairs
    telling = pairs / design_effect
    tune = (-2 * math.log(alpha) + math.log(max(-2 * math.log(alpha), 1.0)) + 1) / _TIGHTEST_AT
    grown = telling * tune + 1
    half = math.sqrt(variance * 2 * grown / (telling**2 * tune) * math.log(math.sqrt(grown) / alpha))
    return Interval(mean, max(mean - half, -1.0), min(mean + half, 1.0))


def _stakes(gains: Floats, largest_loss: float) -> Floats:
    bets = np.minimum(_BETS, MOST_AT_STAKE / largest_loss)
    return np.asarray(1.0 + bets[:, None] * gains)


def _scores(scores: Numbers, arm: str) -> Floats:
    """Return the scores with NaN where one is missing: pairs go by position."""
    values = one_dimensional(scores, arm)
    bad = ~np.isnan(values) & ~((values >= 0) & (values <= 1))
    if bad.any():
        first = int(np.argmax(bad))
        raise ValueError(f"{arm} score {float(values[first])!r} at position {first} must lie in [0, 1] (NaN = missing)")
    return values
