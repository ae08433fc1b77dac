"""Distances between two samples: how far, with no probability attached."""

from __future__ import annotations

import numpy as np

from tasks.stats.drift.base import CategoricalPair, Distance, Floats, NumericPair

_SMALLEST_SD = 0.001
_ZERO_SHARE = 1e-4


def wasserstein(pair: NumericPair) -> Distance:
    """Return the area between the distribution functions, W1, in standard deviations of the reference.

    `W1 / max(sd(reference, ddof 0), 0.001)`. 0.1 is the drift libraries' usual threshold; with large samples small
    harmless shifts pass it too.

    Reference: Vallender (1974), Calculation of the Wasserstein distance on the line.

    Example:
        >>> from tasks.stats.drift import compare_numeric
        >>> (found,) = compare_numeric([1, 2, 3, 4, 5, 6], [3, 4, 5, 6, 7, 9], ("wasserstein",))
        >>> round(found.value, 3)
        1.269
    """
    gaps, steps = pair.gap_by_step
    return Distance("wasserstein", float(np.abs(gaps) @ steps) / max(pair.reference_sd, _SMALLEST_SD))


def energy(pair: NumericPair) -> Distance:
    """Return the energy distance: √(2 ∫ (F_ref − F_cur)²), as scipy defines it.

    In the square root of the column's unit: not for comparing columns with each other.

    Reference: Székely and Rizzo (2013), Energy statistics.

    Example:
        >>> from tasks.stats.drift import compare_numeric
        >>> (found,) = compare_numeric([1, 2, 3, 4, 5, 6], [3, 4, 5, 6, 7, 9], ("energy",))
        >>> round(found.value, 3)
        1.13
    """
    gaps, steps = pair.gap_by_step
    return Distance("energy", float(np.sqrt(2.0 * (gaps**2 @ steps))))


def jensen_shannon(pair: NumericPair) -> Distance:
    """Return √(Jensen–Shannon divergence in nats) over common bins; from 0 to √ln 2.

    Grows by chance in small windows: not for comparing windows of different sizes.

    Reference: Endres and Schindelin (2003), A new metric for probability distributions.

    Example:
        >>> from tasks.stats.drift import compare_numeric
        >>> (found,) = compare_numeric([1, 2, 3, 4, 5, 6], [3, 4, 5, 6, 7, 9], ("jensen_shannon",))
        >>> round(found.value, 3)
        0.481
    """
    return Distance("jensen_shannon", _jensen_shannon(*pair.binned))


def psi(pair: NumericPair) -> Distance:
    """Return the population stability index over common bins: Σ (cur − ref) ln(cur / ref), zeros replaced by 1e-4.

    Below 0.1 is commonly read as stable, above 0.25 as shifted; in small windows it is large by chance alone.

    Reference: Yurdakul (2018), Statistical properties of the population stability index.

    Example:
        >>> from tasks.stats.drift import compare_numeric
        >>> (found,) = compare_numeric([1, 2, 3, 4, 5, 6], [3, 4, 5, 6, 7, 9], ("psi",))
        >>> round(found.value, 3)
        4.943
    """
    return Distance("psi", _psi(*pair.binned))


def categorical_jensen_shannon(pair: CategoricalPair) -> Distance:
    """Return √(Jensen–Shannon divergence in nats) over the levels.

    From 0 to √ln 2. Not for comparing windows of different sizes: it grows by chance in small ones.

    Reference: Endres and Schindelin (2003), A new metric for probability distributions.

    Example:
        >>> from tasks.stats.drift import compare_categorical
        >>> (found,) = compare_categorical("aaab", "abbb", ("jensen_shannon",))
        >>> round(found.value, 3)
        0.362
    """
    return Distance("jensen_shannon", _jensen_shannon(*_shares(pair)))


def categorical_psi(pair: CategoricalPair) -> Distance:
    """Return the population stability index over the levels.

    Σ (cur − ref) ln(cur / ref), zeros replaced by 1e-4. Not for small windows: an empty level alone adds much.

    Reference: Yurdakul (2018), Statistical properties of the population stability index.

    Example:
        >>> from tasks.stats.drift import compare_categorical
        >>> (found,) = compare_categorical("aaab", "abbb", ("psi",))
        >>> round(found.value, 3)
        1.099
    """
    return Distance("psi", _psi(*_shares(pair)))


def total_variation(pair: CategoricalPair) -> Distance:
    """Return half the summed differences of shares: the largest difference any set of levels shows.

    Grows by chance in small windows and with the number of levels.

    Reference: Gibbs and Su (2002), On choosing and bounding probability metrics.

    Example:
        >>> from tasks.stats.drift import compare_categorical
        >>> (found,) = compare_categorical("aaab", "abbb", ("total_variation",))
        >>> found.value
        0.5
    """
    reference, current = _shares(pair)
    return Distance("total_variation", float(np.abs(reference - current).sum() / 2.0))


def _shares(pair: CategoricalPair) -> tuple[Floats, Floats]:
    return pair.reference / pair.reference.sum(), pair.current / pair.current.sum()


def _jensen_shannon(reference: Floats, current: Floats) -> float:
    middle = (reference + current) / 2.0
    divergence = 0.0
    for shares in (reference, current):
        seen = shares > 0
        divergence += 0.5 * float(np.sum(shares[seen] * np.log(shares[seen] / middle[seen])))
    return float(np.sqrt(max(divergence, 0.0)))


def _psi(reference: Floats, current: Floats) -> float:
    known = np.where(reference == 0, _ZERO_SHARE, reference)
    seen = np.where(current == 0, _ZERO_SHARE, current)
    return float(np.sum((seen - known) * np.log(seen / known)))
