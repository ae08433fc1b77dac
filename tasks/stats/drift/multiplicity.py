"""Many columns tested at once: p-values adjusted so that few of those called drifted are not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def adjusted(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return Benjamini–Hochberg adjusted p-values by name: call those below q drifted, and at most q of them are not.

    Formula: with p_(1) ≤ … ≤ p_(K), the adjusted p_(k) is the least over i ≥ k of `K p_(i) / i`, at most 1.

    Assumes independent or positively dependent tests, looked at once. Not for repeated looks: over many windows the
    share of wrong calls is not bounded (`tasks.stats.family.ebh` is for those).

    Raises:
        ValueError: for a p-value outside [0, 1] or NaN, naming it.

    Reference: Benjamini and Hochberg (1995), Controlling the false discovery rate.

    Example:
        >>> adjusted({"a": 0.01, "b": 0.04, "c": 0.9})
        {'a': 0.03, 'b': 0.06, 'c': 0.9}
    """
    from scipy import stats

    for name, p_value in p_values.items():
        if not 0 <= p_value <= 1:
            raise ValueError(f"p-value {p_value!r} of {name!r} must lie in [0, 1]")
    if not p_values:
        return {}
    found = stats.false_discovery_control(np.array(list(p_values.values())), method="bh")
    return dict(zip(p_values, found.tolist(), strict=True))
