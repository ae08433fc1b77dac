"""The detector: a mixture of Shiryaev–Roberts betting e-detectors for the mean of bounded scores."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.stats.baseline_cells import cut_cells
from tasks.stats.betting import (
    BETS,
    MOST_AT_STAKE,
    SMALLEST_DROP,
    SMALLEST_DROP_OF_RATES,
    geometric_bets,
    log_gain,
    log_mixture,
    restart,
)
from tasks.stats.change_point import ChangePoint, change_point
from tasks.stats.design_effect import design_effect, design_effect_of_sums
from tasks.stats.detector_state import DetectorState
from tasks.stats.family import combine, ebh, log_threshold
from tasks.stats.strata import distinct_levels, labels_of_scores, stratum_means
from tasks.stats.window_scores import Floats, Numbers, check_design_effect, check_scores, one_dimensional

__all__ = [
    "ChangePoint",
    "DetectorState",
    "MeanDetector",
    "change_point",
    "combine",
    "design_effect",
    "design_effect_of_sums",
    "ebh",
    "log_threshold",
]


@dataclass(frozen=True, slots=True, eq=False)
class Stake:
    """What is bet on in one stratum: means c, one a cell, and the bets against each.

    Attributes:
        c: Acceptable means, shape [cells].
        bets: Shape [cells, bets].
    """

    c: Floats
    bets: Floats


@dataclass(frozen=True, slots=True, eq=False)
class MeanDetector:
    """Watches whether the mean of scores in [0, 1] fell, at any time, by any amount.

    Formula: with bets `λ_j` against c, the score sum `l_t^j = Σ_i log(1 + λ_j (c − x_i)) / deff` of window t and
    `M_t^j = logaddexp(M_{t−1}^j, 0) + l_t^j`, the evidence is the log of the even mixture of `exp(M_t^j)` and the
    number of windows t (the bet 0). Against a baseline it is the least over cells of the baseline's true mean of
    `log E_b + evidence`, E_b the baseline's own e-value.

    Assumes scores in [0, 1] whose mean given the past is at least c (the baseline's mean less the margin) while nothing
    changed; any distribution, any dependence between detectors. Then `E[exp(evidence)] ≤ windows`, and an alarm at
    `log_threshold(…)` comes falsely at most as often as that allows. Dependence within a stream is handled by the
    design effect, an estimate; strata likewise ignore the error of their means.

    Not for unbounded values (turn them into shares first), nor for a window that is counted twice.

    References: Shin, Ramdas, Rinaldo (2022), E-detectors; Waudby-Smith and Ramdas (2024), Estimating means of bounded
    random variables by betting.

    Attributes:
        stakes: By stratum; the key None is the pooled one.
        log_baseline: Log evidence of the baseline against each cell; 0 against a constant.

    Example:
        >>> detector = MeanDetector.against_constant(0.7)
        >>> state = detector.start()
        >>> for _ in range(5):
        ...     state = detector.update(state, [0.5, 0.6, 0.55, 0.65] * 10)
        >>> state.windows, round(state.log_evidence, 1)
        (5, 21.1)
    """

    stakes: Mapping[Hashable, Stake]
    log_baseline: Floats

    @classmethod
    def against_constant(cls, c: float, *, bets: Numbers | None = None) -> MeanDetector:
        """Return the detector of "the mean fell below c", c known.

        Args:
            c: Acceptable mean, in (0, 1).
            bets: The λ to mix, each positive with `λ (1 − c) ≤ 0.95`; default 8, fit for drops of 0.01 to 0.3.

        Raises:
            ValueError: for c outside (0, 1) or NaN, or a bet that a single score could ruin.

        Example:
            >>> MeanDetector.against_constant(1.2)
            Traceback (most recent call last):
            ...
            ValueError: c 1.2 must lie in (0, 1)
        """
        if not 0 < c < 1:
            raise ValueError(f"c {c!r} must lie in (0, 1)")
        level = np.array([float(c)])
        if bets is None:
            return cls({None: Stake(level, geometric_bets(level, math.sqrt(c * (1 - c))))}, np.zeros(1))
        chosen = one_dimensional(bets, "bets")
        bad = ~((chosen > 0) & (chosen * (1 - c) <= MOST_AT_STAKE))
        if bad.any() or not chosen.size:
            worst = float(chosen[np.argmax(bad)]) if chosen.size else "(none)"
            raise ValueError(
                f"bet {worst} must be positive and at most {MOST_AT_STAKE}/(1 - c) = {MOST_AT_STAKE / (1 - c):.4g}"
            )
        return cls({None: Stake(level, chosen[None, :])}, np.zeros(1))

    @classmethod
    def against_baseline(
        cls,
        baseline: Numbers,
        *,
        margin: float = 0.0,
        log_threshold: float,
        strata: Sequence[Hashable] | NDArray[Any] | None = None,
        design_effect: float = 1.0,
        counts: Numbers | None = None,
    ) -> MeanDetector:
        """Return the detector of "the mean fell below the baseline's by more than the margin".

        A small baseline costs: with `N0 = 2 sd² (log A + 4) / d²`, m baseline scores need `N0 / (1 − N0 / m)` scores to
        show a drop d, and never show it with m < N0 (`tasks.stats.power`).

        Args:
            baseline: Scores in [0, 1], at least one, also all equal; NaN = missing.
            margin: What may be lost without evidence, in [0, 1).
            log_threshold: Where an alarm will be raised; the baseline's mean is searched as far as it matters there.
            strata: One label a score, such as its hour of day: each stratum is then compared with its own mean.
            design_effect: Of the baseline's scores; tempers what they say about their mean.
            counts: How often each score was seen; equal to repeating it.

        Raises:
            ValueError: when empty or all NaN; for a score outside [0, 1], a bad margin, design effect or threshold.

        Example:
            >>> detector = MeanDetector.against_baseline([0.7, 0.8, 0.9] * 500, log_threshold=11.38)
            >>> state = detector.update(detector.start(), [0.6, 0.7] * 100)
            >>> round(state.log_evidence, 1)
            71.9
        """
        if not 0 <= margin < 1:
            raise ValueError(f"margin {margin!r} must lie in [0, 1)")
        if not (math.isfinite(log_threshold) and log_threshold > 0):
            raise ValueError(f"log_threshold {log_threshold!r} must be positive and finite")
        effect = check_design_effect(design_effect)
        checked = check_scores(baseline, counts)
        values, number = checked.values, checked.counts
        if not values.size:
            raise ValueError(f"baseline of {np.size(baseline)} scores holds none that is not missing")
        offsets: dict[Hashable, float] = {}
        pooled = float(np.average(values, weights=number))
        residuals = values
        if strata is not None:
            labels = labels_of_scores(strata, baseline, counts)
            offsets, place = stratum_means(values, number, labels)
            residuals = values - np.array(list(offsets.values()))[place]
        residuals, number = distinct_levels(residuals, number)
        centre = float(np.average(residuals, weights=number))
        sd = math.sqrt(float(np.average((residuals - centre) ** 2, weights=number)))
        rates = bool(np.isin(values, (0.0, 1.0)).all())
        cells = cut_cells(
            residuals,
            number,
            needed=log_threshold + math.log(BETS + 1),
            floor=0.0 if strata is None else -1.0,
            # Residuals span [-1, 1] about means that differ by up to 1: half the bet, or one score could ruin it.
            largest=0.9 if strata is None else 0.45,
            effect=effect,
        )

        def stake(offset: float) -> Stake:
            c = np.clip(offset + cells.lower - margin, 0.0, 1.0)
            return Stake(c, geometric_bets(c, sd, smallest_drop=SMALLEST_DROP_OF_RATES if rates else SMALLEST_DROP))

        stakes = {label: stake(mean) for label, mean in offsets.items()}
        return cls({**stakes, None: stake(0.0 if strata is None else pooled)}, cells.log_evidence)

    def start(self) -> DetectorState:
        """Return the state before the first window."""
        return DetectorState()

    def update(
        self,
        state: DetectorState,
        scores: Numbers,
        *,
        design_effect: float = 1.0,
        stratum: Hashable = None,
        counts: Numbers | None = None,
        weights: Numbers | None = None,
    ) -> DetectorState:
        """Return the state after one more window.

        Args:
            state: After the window before; each window is taken in once.
            scores: In [0, 1], any number; NaN = missing. A window without any changes nothing.
            design_effect: Divides the window's evidence; at least 1.
            stratum: The window's label; one the baseline never saw is compared with the pooled mean.
            counts: How often each score was seen; equal to repeating it.
            weights: Sampling weights (inclusion probability⁻¹, mean 1, at most 10), fixed before the scores.

        Raises:
            ValueError: for a score outside [0, 1], a negative count, a weight outside [0, 10], a design effect below 1,
                or a state of another detector.
        """
        effect = check_design_effect(design_effect)
        checked = check_scores(scores, counts, weights)
        if not checked.values.size:
            return state
        stake = self.stakes.get(stratum) or self.stakes[None]
        gain = log_gain(stake.c, stake.bets, checked) / effect
        if state.log_wealth:
            if len(state.log_wealth) != gain.size:
                raise ValueError(f"a state of {len(state.log_wealth)} bets for a detector of {gain.size}")
            wealth = restart(np.array(state.log_wealth).reshape(gain.shape), gain)
        else:
            wealth = gain
        windows = state.windows + 1
        evidence = float((self.log_baseline + log_mixture(wealth, windows)).min())
        return DetectorState(evidence, windows, tuple(wealth.ravel().tolist()))
