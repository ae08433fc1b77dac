"""How far a judge agrees with people, and what a few human labels correct.

Labels correct levels; for changes use the raw judge and anchors, because a correction adds noise to every window.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tasks.stats.interval import Interval

Floats = NDArray[np.float64]
Numbers = Sequence[float] | NDArray[Any]

__all__ = ["Interval", "cohen_kappa", "kendall", "krippendorff_alpha", "prediction_powered_mean", "spearman"]

_FOLDS = 5
_FEWEST_IN_STRATUM = 8


def prediction_powered_mean(
    judge_all: Numbers,
    judge_labeled: Numbers,
    human: Numbers,
    *,
    confidence: float = 0.95,
    strata: tuple[Sequence[Hashable], Sequence[Hashable]] | None = None,
) -> Interval:
    """Estimate the mean a person would give, from many judged interactions and few labeled ones (PPI++).

    Formula: `θ = λ·mean_N(f) + mean_n(y − λ f)` with `λ = cov_n(y, f) / ((1 + n/N) var f)` clipped to [0, 1], variance
    `λ² s²(f)/N + s²(y − λ f)/n`, Student's t quantile. λ is estimated on the other folds (cross-fitting), so that it
    may not look at the labels it weighs. With strata the estimate is the share-weighted sum over strata with at least
    8 labels each; the others are pooled.

    Assumes that the labeled interactions are a random sample (within each stratum). Not for labels people chose
    themselves, such as complaints.

    Args:
        judge_all: Judge scores of all interactions, the labeled ones among them.
        judge_labeled: Judge scores of the labeled ones.
        human: Their human scores, in the same order.
        confidence: Of the interval.
        strata: (strata of all, strata of the labeled), one label each.

    Raises:
        ValueError: for unequal lengths, fewer than 2 labels, an empty judge_all, a confidence outside (0, 1), or a
            value that is not finite.

    Reference: Angelopoulos, Duchi and Zrnic (2023), PPI++: Efficient prediction-powered inference.

    Example:
        >>> judge = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0] * 20
        >>> found = prediction_powered_mean(judge, judge[:12], [score - 0.1 for score in judge[:12]])
        >>> round(found.estimate, 3)
        0.65
    """
    everyone, labeled, truth = (
        _finite(numbers, name)
        for numbers, name in ((judge_all, "judge_all"), (judge_labeled, "judge_labeled"), (human, "human"))
    )
    if labeled.size != truth.size:
        raise ValueError(f"{labeled.size} judge_labeled scores for {truth.size} human ones")
    if truth.size < 2:
        raise ValueError(f"{truth.size} human labels: needs at least 2")
    if not everyone.size:
        raise ValueError("judge_all is empty")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence!r} must lie in (0, 1)")
    estimate, variance, freedom = 0.0, 0.0, 0.0
    for share, f_all, f_labeled, y in _strata(everyone, labeled, truth, strata):
        level, error = _ppi(f_all, f_labeled, y)
        estimate += share * level
        variance += share**2 * error
        freedom += y.size - 1
    from scipy import stats

    half = float(stats.t.ppf(0.5 + confidence / 2, freedom)) * math.sqrt(variance)
    return Interval(estimate, estimate - half, estimate + half)


def _ppi(f_all: Floats, f_labeled: Floats, y: Floats) -> tuple[float, float]:
    """Return (estimate, variance) within one stratum."""
    n, total = y.size, f_all.size
    fold = np.arange(n) % min(_FOLDS, n)
    weights = np.empty(n)
    for at in range(int(fold.max()) + 1):
        others = fold != at
        weights[fold == at] = _power_tuned(f_labeled[others], y[others], total)
    used = float(weights.mean())
    # About the mean of all: λ differs between folds, and would else add its own noise to the spread.
    rest = y - weights * (f_labeled - float(f_all.mean()))
    estimate = float(rest.mean())
    spread = float(f_all.var(ddof=1)) if total > 1 else 0.0
    return estimate, used**2 * spread / total + float(rest.var(ddof=1)) / n


def _power_tuned(f: Floats, y: Floats, total: int) -> float:
    if f.size < 2 or float(f.var()) <= 0:
        return 0.0
    covariance = float(np.cov(y, f, ddof=1)[0, 1])
    return min(max(covariance / ((1.0 + y.size / total) * float(f.var(ddof=1))), 0.0), 1.0)


def _strata(
    everyone: Floats,
    labeled: Floats,
    truth: Floats,
    strata: tuple[Sequence[Hashable], Sequence[Hashable]] | None,
) -> list[tuple[float, Floats, Floats, Floats]]:
    """Return (share, judge of all, judge of labeled, human) by stratum; thin strata are pooled into one."""
    if strata is None:
        return [(1.0, everyone, labeled, truth)]
    of_all, of_labeled = (np.array([str(label) for label in labels]) for labels in strata)
    if of_all.size != everyone.size or of_labeled.size != labeled.size:
        raise ValueError(f"{of_all.size} and {of_labeled.size} strata for {everyone.size} and {labeled.size} scores")
    wide = [label for label in np.unique(of_labeled) if (of_labeled == label).sum() >= _FEWEST_IN_STRATUM]
    parts = [(of_all == label, of_labeled == label) for label in wide]
    rest_all, rest_labeled = ~np.isin(of_all, wide), ~np.isin(of_labeled, wide)
    if rest_labeled.sum() >= 2 and rest_all.any():
        parts.append((rest_all, rest_labeled))
    elif rest_all.any():
        return [(1.0, everyone, labeled, truth)]
    parts = [(some, few) for some, few in parts if some.any()]
    return [(some.sum() / everyone.size, everyone[some], labeled[few], truth[few]) for some, few in parts]


def cohen_kappa(
    a: Sequence[Hashable],
    b: Sequence[Hashable],
    *,
    weights: Literal["linear", "quadratic"] | None = None,
    levels: Sequence[Hashable] | None = None,
) -> float:
    """Return Cohen's κ of two raters: agreement beyond chance, 1 perfect, 0 chance.

    Formula: `1 − Σ w O / Σ w E` with disagreement weights w: 0/1, |i − j| (linear) or (i − j)² (quadratic) over the
    categories in order. Both raters constant and equal: 1. Not for more than two raters or missing ratings: use
    `krippendorff_alpha`.

    Args:
        a: One rater's.
        b: The other's, in the same order.
        weights: How much a disagreement weighs.
        levels: Every category in order, those nobody gave too: with weights they are the distance. None: those given.

    Raises:
        ValueError: for unequal lengths, no rating, unknown weights, or a rating that is none of the levels.

    Reference: Cohen (1960, 1968).

    Example:
        >>> round(cohen_kappa(["y"] * 45 + ["n"] * 15 + ["y"] * 25 + ["n"] * 15, ["y"] * 60 + ["n"] * 40), 4)
        0.1304
    """
    if len(a) != len(b) or not len(a):
        raise ValueError(f"{len(a)} and {len(b)} ratings: needs as many of both, and at least one")
    if weights not in {None, "linear", "quadratic"}:
        raise ValueError(f"weights {weights!r} must be None, 'linear' or 'quadratic'")
    given = {*a, *b}
    ordered = list(levels or sorted(given, key=lambda level: (isinstance(level, str), level)))
    if unknown := given - {*ordered}:
        raise ValueError(f"rating {next(iter(unknown))!r} is none of the levels {ordered!r}")
    at = {level: position for position, level in enumerate(ordered)}
    observed = np.zeros((len(ordered), len(ordered)))
    for one, other in zip(a, b, strict=True):
        observed[at[one], at[other]] += 1
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / len(a)
    steps = np.abs(np.subtract.outer(np.arange(len(ordered)), np.arange(len(ordered)))).astype(float)
    cost = (steps > 0).astype(float) if weights is None else steps if weights == "linear" else steps**2
    chance = float((cost * expected).sum())
    return 1.0 - float((cost * observed).sum()) / chance if chance else 1.0


def krippendorff_alpha(
    ratings: Sequence[Numbers] | NDArray[Any], *, level: Literal["nominal", "ordinal", "interval"] = "nominal"
) -> float:
    """Return Krippendorff's α: agreement beyond chance of any number of raters, ratings may be missing.

    Formula: `1 − D_o / D_e` from the coincidence matrix of pairable ratings. All ratings equal: 1.

    Args:
        ratings: Shape raters × items, NaN = missing.
        level: How far two values are apart: equal or not, by ranks between, or by squared difference.

    Raises:
        ValueError: when no item has two ratings, or for an unknown level.

    Reference: Krippendorff (2011), Computing Krippendorff's alpha-reliability.

    Example:
        >>> nan = float("nan")
        >>> a = [nan, nan, nan, nan, nan, 3, 4, 1, 2, 1, 1, 3, 3, nan, 3]
        >>> b = [1, nan, 2, 1, 3, 3, 4, 3, nan, nan, nan, nan, nan, nan, nan]
        >>> c = [nan, nan, 2, 1, 3, 4, 4, nan, 2, 1, 1, 3, 3, nan, 4]
        >>> round(krippendorff_alpha([a, b, c]), 3), round(krippendorff_alpha([a, b, c], level="interval"), 3)
        (0.691, 0.811)
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"ratings of shape {table.shape} must be raters × items")
    if level not in {"nominal", "ordinal", "interval"}:
        raise ValueError(f"level {level!r} must be 'nominal', 'ordinal' or 'interval'")
    values = np.unique(table[~np.isnan(table)])
    coincidence = np.zeros((values.size, values.size))
    for item in table.T:
        known = np.searchsorted(values, item[~np.isnan(item)])
        if known.size < 2:
            continue
        counts = np.bincount(known, minlength=values.size).astype(float)
        coincidence += (np.outer(counts, counts) - np.diag(counts)) / (known.size - 1)
    totals = coincidence.sum(axis=1)
    number = totals.sum()
    if not number:
        raise ValueError("no item has two ratings: nothing to compare")
    apart = _distance(values, totals, level)
    expected = float((apart * (np.outer(totals, totals) - np.diag(totals))).sum()) / (number - 1)
    return 1.0 - float((apart * coincidence).sum()) / float(expected) if expected else 1.0


def _distance(values: Floats, totals: Floats, level: str) -> Floats:
    if level == "nominal":
        different: Floats = (values[:, None] != values[None, :]).astype(np.float64)
        return different
    if level == "interval":
        squared: Floats = (values[:, None] - values[None, :]) ** 2
        return squared
    upto = np.cumsum(totals)
    middle = upto - totals / 2.0
    ranks: Floats = (middle[:, None] - middle[None, :]) ** 2
    return ranks


def spearman(a: Numbers, b: Numbers) -> float:
    """Return Spearman's rank correlation; 0 when one side never varies.

    Raises:
        ValueError: for unequal lengths, fewer than 2 pairs, or a value that is not finite.

    Reference: Spearman (1904).

    Example:
        >>> round(spearman([1, 2, 3, 4], [1, 3, 2, 4]), 6)
        0.8
    """
    from scipy import stats

    one, other = _pairs(a, b)
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(stats.spearmanr(one, other).statistic)


def kendall(a: Numbers, b: Numbers) -> float:
    """Return Kendall's τ-b; 0 when one side never varies.

    Raises:
        ValueError: for unequal lengths, fewer than 2 pairs, or a value that is not finite.

    Reference: Kendall (1938, 1945).

    Example:
        >>> round(kendall([1, 2, 3, 4], [1, 3, 2, 4]), 6)
        0.666667
    """
    from scipy import stats

    one, other = _pairs(a, b)
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(stats.kendalltau(one, other).statistic)


def _pairs(a: Numbers, b: Numbers) -> tuple[Floats, Floats]:
    one, other = _finite(a, "a"), _finite(b, "b")
    if one.size != other.size or one.size < 2:
        raise ValueError(f"{one.size} and {other.size} values: needs as many of both, and at least 2")
    return one, other


def _finite(numbers: Numbers, name: str) -> Floats:
    array = np.asarray(numbers, dtype=np.float64).ravel()
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: {float(array[~np.isfinite(array)][0])!r} is not finite")
    return array
