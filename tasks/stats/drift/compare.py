"""Compare a current sample with a reference by any of the catalog's tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tasks.stats.drift.base import CategoricalPair, Distance, NumericPair, TestResult
from tasks.stats.drift.catalog import CATEGORICAL, NUMERIC
from tasks.stats.drift.summary import ReferenceSummary, count_levels, finite

Numbers = Sequence[float] | NDArray[Any]
Levels = Sequence[Any] | NDArray[Any]
_Test = TypeVar("_Test")


def compare_numeric(
    reference: Numbers | ReferenceSummary,
    current: Numbers,
    tests: Sequence[str] = ("ks", "psi"),
    *,
    higher_is_worse: bool | None = None,
) -> tuple[TestResult | Distance, ...]:
    """Compare two samples of numbers; one outcome a test, in the order asked.

    Args:
        reference: Numbers, or their summary; NaN and infinities are dropped.
        current: Numbers; likewise.
        tests: Names of the catalog.
        higher_is_worse: Which direction is bad, for `TestResult.worse`; None: none is.

    Raises:
        ValueError: for an unknown test, naming the known ones, or a side without a finite value.

    Example:
        >>> [outcome.name for outcome in compare_numeric([1, 2, 3, 4], [2, 3, 4, 5], tests=("ks", "wasserstein"))]
        ['ks', 'wasserstein']
        >>> compare_numeric([1, 2, 3, 4], [2, 3, 4, 5], tests=("ks",))[0].statistic
        0.25
    """
    chosen = [_known(name, NUMERIC) for name in tests]
    known = reference if isinstance(reference, ReferenceSummary) else None
    if known is None:
        values = np.sort(finite(np.asarray(reference), "reference"))
        known = ReferenceSummary(
            values, {}, int(values.size), float(values.std()), (float(values[0]), float(values[-1]))
        )
    elif not known.values.size:
        raise ValueError("reference: a summary of categories cannot be compared with numbers")
    seen = np.sort(finite(np.asarray(current), "current"))
    pair = NumericPair(known.values, seen, known.standard_deviation, known.total, known.range)
    outcomes = tuple(test(pair) for test in chosen)
    if higher_is_worse is None:
        return outcomes
    return tuple(
        replace(outcome, worse=(outcome.effect > 0) is higher_is_worse and outcome.effect != 0)
        if isinstance(outcome, TestResult) and outcome.directed
        else outcome
        for outcome in outcomes
    )


def compare_categorical(
    reference: Levels | ReferenceSummary, current: Levels, tests: Sequence[str] = ("chi_square", "total_variation")
) -> tuple[TestResult | Distance, ...]:
    """Compare two samples of categories; levels unseen on one side count as 0 there.

    Args:
        reference: Categories, or their summary; None and NaN are dropped.
        current: Categories; likewise.
        tests: Names of the catalog.

    Raises:
        ValueError: for an unknown test, naming the known ones, or a side without any category.

    Example:
        >>> compare_categorical(["a", "a", "b", "b"], ["a", "b", "b", "b"], tests=("total_variation",))
        (Distance(name='total_variation', value=0.25),)
    """
    chosen = [_known(name, CATEGORICAL) for name in tests]
    known = reference.levels if isinstance(reference, ReferenceSummary) else count_levels(reference, "reference")
    if not known:
        raise ValueError("reference: a summary of numbers cannot be compared with categories")
    seen = count_levels(current, "current")
    levels = sorted({*known, *seen})
    pair = CategoricalPair(
        np.array([known.get(level, 0) for level in levels], dtype=np.float64),
        np.array([seen.get(level, 0) for level in levels], dtype=np.float64),
    )
    return tuple(test(pair) for test in chosen)


def _known(name: str, catalog: Mapping[str, _Test]) -> _Test:
    if name not in catalog:
        near = get_close_matches(name, catalog, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(f"no drift test {name!r}; {hint}known: {', '.join(catalog)}")
    return catalog[name]
