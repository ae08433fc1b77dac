"""Many monitors, one promise: thresholds from yearly budgets, evidence combined under any dependence, culprits."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tasks.stats.betting import log_sum_exp
from tasks.stats.window_scores import Floats, Numbers, one_dimensional

_ROUNDING = 1e-9


def log_threshold(windows_per_year: float, false_alarms_per_year: float) -> float:
    """Return `log A` with `A = windows a year / false alarms a year`.

    Formula: under the null `E[exp(evidence)] ≤ t` after t windows, so `P(any alarm at log A within T windows) ≤ T / A`.

    Assumes each window is taken in once. Not for a p-value: evidence is compared with this line, nothing else.

    Raises:
        ValueError: for a number that is not positive and finite.

    Reference: Shin, Ramdas, Rinaldo (2022), E-detectors.

    Example:
        >>> round(log_threshold(8760, 0.1), 2)
        11.38
    """
    for name, number in (("windows_per_year", windows_per_year), ("false_alarms_per_year", false_alarms_per_year)):
        if not (math.isfinite(number) and number > 0):
            raise ValueError(f"{name} {number!r} must be positive and finite")
    return math.log(windows_per_year) - math.log(false_alarms_per_year)


def combine(log_evidences: Numbers, weights: Numbers) -> float:
    """Return a family's log evidence, `log Σ_k w_k exp(e_k)`.

    A mean of e-values is an e-value under any dependence; a monitor alone crosses at `log A − log w_k`, so this is
    never slower than Bonferroni. Assumes weights that sum to at most 1 and were chosen before looking. Not for
    p-values.

    Args:
        log_evidences: One a monitor; -inf (no window yet) and very large ones are fine.
        weights: Not negative, alongside.

    Raises:
        ValueError: for a negative weight, weights beyond 1 in sum, NaN, or unequal lengths.

    Reference: Vovk and Wang (2021), E-values: calibration, combination and applications.

    Example:
        >>> round(combine([2000.0, -math.inf], [0.5, 0.5]), 4)
        1999.3069
    """
    evidence, share = one_dimensional(log_evidences, "log_evidences"), one_dimensional(weights, "weights")
    if evidence.size != share.size:
        raise ValueError(f"{share.size} weights for {evidence.size} log evidences")
    for name, array, bad in (
        ("weight", share, ~(np.isfinite(share) & (share >= 0))),
        ("log evidence", evidence, np.isnan(evidence)),
    ):
        if bad.any():
            raise ValueError(f"{name} {float(array[np.argmax(bad)])!r} at position {int(np.argmax(bad))} is not usable")
    if share.sum() > 1 + _ROUNDING:
        raise ValueError(f"weights sum to {float(share.sum())!r}: more than 1 would promise less than it seems")
    live = share > 0
    if not live.any():
        return -math.inf
    return float(log_sum_exp(evidence[live] + np.log(share[live])))


def ebh(log_evidences: Numbers, windows: float | Sequence[int] | Floats, alpha: float) -> tuple[int, ...]:
    """Return which streams moved, strongest first: e-BH over `exp(evidence) / windows`.

    Formula: with K streams and `e_(1) ≥ e_(2) ≥ …`, the first k for the largest k with `e_(k) ≥ K / (k α)`. At a fixed
    time the expected share of wrongly named ones is at most α, under any dependence.

    Assumes `E[exp(evidence)] ≤ windows` where nothing moved. Not a test by itself at data-dependent times: it names
    culprits once the family has crossed its line.

    Args:
        log_evidences: One a stream.
        windows: Windows behind the evidence, one for all or one a stream; none yet: the stream is never named.
        alpha: Tolerated share of wrongly named ones, in (0, 1).

    Raises:
        ValueError: for alpha outside (0, 1), NaN, or unequal lengths.

    Reference: Wang and Ramdas (2022), False discovery rate control with e-values.

    Example:
        >>> ebh([1.0, 12.0, 9.0], windows=100, alpha=0.05)
        (1, 2)
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha!r} must lie in (0, 1)")
    evidence = one_dimensional(log_evidences, "log_evidences")
    if np.isnan(evidence).any():
        raise ValueError(f"log evidence nan at position {int(np.argmax(np.isnan(evidence)))} is not usable")
    seen = np.broadcast_to(np.asarray(windows, dtype=np.float64), evidence.shape)
    rated = np.where(seen > 0, evidence - np.log(np.maximum(seen, 1.0)), -math.inf)
    order = np.argsort(-rated, kind="stable")
    ranks = np.arange(1, evidence.size + 1)
    enough = np.flatnonzero(rated[order] >= math.log(evidence.size or 1) - np.log(ranks) - math.log(alpha))
    return tuple(int(index) for index in order[: enough[-1] + 1]) if enough.size else ()
