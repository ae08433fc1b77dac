"""How many more pairs a comparison needs, before people wait for what cannot come."""

from __future__ import annotations

import math

from tasks.stats.paired_state import PairedState

_MIXTURE = 0.3
"""What betting on a grid costs beside the best bet, in log wealth: fits the median of simulated tests (tested)."""

_SOME = 30
"""Pairs before which the scatter of differences is not known well enough to say anything."""


def more_pairs(state: PairedState, margin: float, alpha: float, design_effect: float = 1.0) -> float | None:
    """Return about how many more pairs settle that the candidate is not worse by the margin, if it is as good.

    Formula: a bet against a drop d grows by about `d² / 2(s² + d²)` a pair, s² the variance of differences, and has
    `log(1/α)` to reach. Half of all tests need more. Assumes scores go on scattering as they did. None before 30 pairs.

    Example:
        >>> state = PairedState(pairs=100, total=0.0, squares=8.0)
        >>> round(more_pairs(state, margin=0.02, alpha=0.05))
        1475
    """
    if state.pairs < _SOME:
        return None
    mean = state.total / state.pairs
    # A pair that differs by 1, made up: identical answers so far do not promise identical ones for ever.
    variance = (max(state.squares - state.pairs * mean * mean, 0.0) + 1.0) / (state.pairs + 1)
    growth = margin**2 / (2 * (variance + margin**2)) / design_effect
    missing = _MIXTURE - math.log(alpha) - max(state.log_evidence, 0.0)
    return max(missing, 0.0) / growth


def about(number: float) -> str:
    """Return a number of interactions as people say it, with two digits.

    >>> about(1887), about(95.2), about(3)
    ('about 1,900', 'about 96', 'about 3')
    """
    whole = max(math.ceil(number), 1)
    digits = max(len(str(whole)) - 2, 0)
    return f"about {round(whole, -digits):,}"
