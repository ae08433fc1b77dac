"""Two shares compared: how far apart, with an interval, and how likely that is by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from tasks.stats.interval import Interval

_EXACT_AT_MOST = 41_000
"""Outcomes of two samples: Boschloo's test searches them all, a fifth of a second for 200 against 200."""


@dataclass(frozen=True, slots=True)
class ProportionComparison:
    """Current share against the reference's.

    Attributes:
        difference: Current minus reference, with its interval.
        p_value: Of "both shares are equal", two-sided.
        exact: Whether the p-value is Boschloo's; else from the normal approximation.
    """

    difference: Interval
    p_value: float
    exact: bool


def compare_proportions(
    reference: tuple[int, int], current: tuple[int, int], *, confidence: float = 0.95
) -> ProportionComparison:
    """Compare two shares, each given as (successes, total).

    Formula: Newcombe's interval joins the Wilson limits l, u of both shares p (current) and q (reference):
    `p − q − √((p − l_p)² + (u_q − q)²)` to `p − q + √((u_p − p)² + (q − l_q)²)`. The p-value is Boschloo's exact test
    while the table has at most 41,000 outcomes, else the pooled z test.

    Assumes independent interactions. Not for repeated looks (`tasks.stats.edetector`), nor for paired ones
    (`tasks.stats.paired`).

    Raises:
        ValueError: for an empty side, successes outside [0, total], or a confidence outside (0, 1).

    References: Newcombe (1998), Interval estimation for the difference between independent proportions, method 10;
    Boschloo (1970), Raised conditional level of significance for the 2×2 table.

    Example:
        >>> found = compare_proportions((48, 80), (56, 70))
        >>> round(found.difference.low, 4), round(found.difference.high, 4), round(found.p_value, 4)
        (0.0524, 0.3339, 0.0088)
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence!r} must lie in (0, 1)")
    for side, (successes, total) in (("reference", reference), ("current", current)):
        if not (total > 0 and 0 <= successes <= total):
            raise ValueError(
                f"{side}: {successes!r} successes of {total!r}: needs a positive total and no more successes"
            )
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    p, q = current[0] / current[1], reference[0] / reference[1]
    (low_p, high_p), (low_q, high_q) = wilson(*current, z), wilson(*reference, z)
    low = p - q - math.hypot(p - low_p, high_q - q)
    high = p - q + math.hypot(high_p - p, q - low_q)
    exact = (reference[1] + 1) * (current[1] + 1) <= _EXACT_AT_MOST
    p_value = _boschloo(reference, current) if exact else _pooled(reference, current)
    return ProportionComparison(Interval(p - q, low, high), p_value, exact)


def wilson(successes: int, total: int, z: float) -> tuple[float, float]:
    """Return Wilson's interval of a share, z the normal quantile.

    Formula: the p with `|successes/total − p| ≤ z √(p (1 − p)/total)`. Assumes independent draws; not for shares of a
    design effect above 1 without dividing both counts by it. The total must be positive. Reference: Wilson (1927),
    Probable inference, the law of succession, and statistical inference.

    Example:
        >>> [round(end, 4) for end in wilson(5, 100, 1.96)]
        [0.0215, 0.1118]
    """
    share = successes / total
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    centre, scale = share + z * z / (2 * total), 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _boschloo(reference: tuple[int, int], current: tuple[int, int]) -> float:
    from scipy import stats

    (k, n), (j, m) = reference, current
    if k + j in {0, n + m}:
        return 1.0  # all outcomes alike: nothing differs
    return min(1.0, float(stats.boschloo_exact([[k, j], [n - k, m - j]], alternative="two-sided").pvalue))


def _pooled(reference: tuple[int, int], current: tuple[int, int]) -> float:
    (k, n), (j, m) = reference, current
    pooled = (k + j) / (n + m)
    if pooled in {0.0, 1.0}:
        return 1.0
    z = abs(k / n - j / m) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return math.erfc(z / math.sqrt(2))
