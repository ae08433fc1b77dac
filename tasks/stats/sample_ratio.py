"""Did the traffic split as it was asked to?"""

from __future__ import annotations

import math

import numpy as np

from tasks.stats.window_scores import Numbers, one_dimensional


def sample_ratio_log_evidence(counts: Numbers, shares: Numbers, *, concentration: float = 10_000.0) -> float:
    """Return log evidence that traffic does not split in these shares.

    Formula: the Bayes factor of a Dirichlet(k p) mixture of multinomials against the multinomial with shares p,
    `log Γ(k) − log Γ(k + N) + Σ [log Γ(k p_i + n_i) − log Γ(k p_i) − n_i log p_i]`. Under the null it is a martingale
    that starts at 1: reject at `log(1 / α)`, however often one looks.

    Assumes each unit is assigned independently. Not for units that come in groups (sessions): count the groups. The
    default concentration looks for splits that are off by about one point (49/51).

    Args:
        counts: Cumulative, one an arm.
        shares: As asked for, positive, in any scale: [50, 50] is [0.5, 0.5].
        concentration: k, about 1 / (relative deviation looked for)².

    Raises:
        ValueError: for fewer than two arms, unequal lengths, a negative count, a share or concentration not positive.

    Reference: Lindon and Malek (2022), Anytime-valid inference for multinomial count data.

    Example:
        >>> round(sample_ratio_log_evidence([24_500, 25_500], [0.5, 0.5]), 1)
        7.4
    """
    seen, asked = one_dimensional(counts, "counts"), one_dimensional(shares, "shares")
    if seen.size != asked.size or seen.size < 2:
        raise ValueError(f"{seen.size} counts and {asked.size} shares: needs as many, and at least two")
    for name, array, bad in (
        ("count", seen, ~(np.isfinite(seen) & (seen >= 0))),
        ("share", asked, ~(np.isfinite(asked) & (asked > 0))),
    ):
        if bad.any():
            raise ValueError(f"{name} {float(array[np.argmax(bad)])!r} at position {int(np.argmax(bad))} is not usable")
    if not (math.isfinite(concentration) and concentration > 0):
        raise ValueError(f"concentration {concentration!r} must be positive and finite")
    share = asked / asked.sum()
    arms = math.fsum(
        math.lgamma(concentration * p + n) - math.lgamma(concentration * p) - n * math.log(p)
        for n, p in zip(seen.tolist(), share.tolist(), strict=True)
    )
    return math.lgamma(concentration) - math.lgamma(concentration + float(seen.sum())) + arms
