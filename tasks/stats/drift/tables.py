"""Tests on contingency tables: two rows (reference, current), one column a level."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from tasks.stats.drift.base import CategoricalPair, Distance, Floats, TestResult


def chi_square(pair: CategoricalPair) -> TestResult:
    """Pearson's two-sample chi-square on counts.

    Two-sample, because holding counts against the reference's shares would ignore the reference's own error. Not for
    expected counts below 5: use `fisher` on small two-level tables. One common level gives p = 1.

    Formula: Σ (O − E)² / E over both rows. Assumes independent interactions.

    Reference: Pearson (1900).

    Example:
        >>> from tasks.stats.drift import compare_categorical
        >>> (found,) = compare_categorical("aaab", "abbb", ("chi_square",))
        >>> found.statistic, round(found.p_value, 3)
        (2.0, 0.157)
    """
    return _contingency("chi_square", pair, "pearson")


def g_test(pair: CategoricalPair) -> TestResult:
    """The likelihood-ratio version, G = 2 Σ O ln(O / E).

    Assumes independent interactions. Not for expected counts below 5.

    Reference: Woolf (1957), The log likelihood ratio test.

    Example:
        >>> from tasks.stats.drift import compare_categorical
        >>> (found,) = compare_categorical("aaab", "abbb", ("g_test",))
        >>> round(found.statistic, 3), round(found.p_value, 3)
        (2.093, 0.148)
    """
    return _contingency("g_test", pair, "log-likelihood")


def fisher(pair: CategoricalPair) -> TestResult:
    """Fisher's exact test for two levels; with more, the chi-square's answer under this name.

    Formula: the chance of tables at most as likely, margins fixed; the statistic is the odds ratio. Assumes independent
    interactions. Not for large tables: the chi-square is as good there.

    Reference: Fisher (1922), On the interpretation of χ² from contingency tables.

    Example:
        >>> from tasks.stats.drift import compare_categorical
        >>> (found,) = compare_categorical("aaab", "abbb", ("fisher",))
        >>> found.statistic, round(found.p_value, 3)
        (9.0, 0.486)
    """
    from scipy import stats

    if pair.reference.size != 2:
        found = chi_square(pair)
        return TestResult("fisher", found.statistic, found.p_value, found.effect)
    odds, p_value = stats.fisher_exact(np.stack([pair.reference, pair.current]).astype(np.int64))
    return TestResult("fisher", float(odds), float(p_value), _cramers_v(pair))


def cramers_v(pair: CategoricalPair) -> Distance:
    """Return √(χ² / n), the association of sample and level, 0 to 1: an effect size, no test.

    Not for samples of a few dozen: it is never negative, so chance alone lifts it.

    Reference: Cramér (1946), Mathematical methods of statistics.

    Example:
        >>> from tasks.stats.drift import compare_categorical
        >>> (found,) = compare_categorical("aaab", "abbb", ("cramers_v",))
        >>> found.value
        0.5
    """
    return Distance("cramers_v", _cramers_v(pair))


def _contingency(name: str, pair: CategoricalPair, kind: Literal["pearson", "log-likelihood"]) -> TestResult:
    from scipy import stats

    table = _table(pair)
    if table.shape[1] < 2:
        return TestResult(name, 0.0, 1.0, 0.0)
    found = stats.chi2_contingency(table, correction=False, lambda_=kind)
    return TestResult(name, float(found.statistic), float(found.pvalue), _cramers_v(pair))


def _table(pair: CategoricalPair) -> Floats:
    table = np.stack([pair.reference, pair.current])
    return table[:, table.sum(axis=0) > 0]


def _cramers_v(pair: CategoricalPair) -> float:
    table = _table(pair)
    if table.shape[1] < 2:
        return 0.0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    return math.sqrt(float(((table - expected) ** 2 / expected).sum() / table.sum()))
