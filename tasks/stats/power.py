"""What a sample can show, and when it never will."""

from __future__ import annotations

import math

_SEARCH_COST = 4.0
"""Nats that the detector pays on top of the line: mixture of bets, unknown start, cells of the baseline's mean."""


def interactions_needed(drop: float, sd: float, windows: float, log_threshold: float, baseline_size: float) -> float:
    """Return how many interactions a window show a drop within so many windows.

    Formula: `N0 = 2 sd² (log A + 4) / d²` scores against an exact baseline, `N0 / (1 − N0 / m)` against m baseline
    scores, spread over the windows. A planning figure: about the median. Not a promise for one release.

    Assumes independent scores. With a design effect D, divide the baseline's size by it and multiply the result.

    Args:
        drop: Fall of the mean, in score units.
        sd: Of one score.
        windows: Windows until it shall show.
        log_threshold: The line, `log A − log w` for a monitor of weight w in its family.
        baseline_size: Baseline scores; `math.inf` for a known mean.

    Returns:
        Interactions a window; `math.inf` when such a baseline can never show such a drop.

    Raises:
        ValueError: for a number that is not positive, or NaN.

    Reference: Lai (1998), Information bounds and quick detection of parameter changes.

    Example:
        >>> round(interactions_needed(0.05, 0.2, 5, 14.4, 20_000))
        121
        >>> interactions_needed(0.02, 0.2, 24, 14.4, 1_000)
        inf
    """
    _positive(drop=drop, windows=windows, baseline_size=baseline_size)
    exact = _exact(sd, log_threshold) / drop**2
    if exact >= baseline_size:
        return math.inf
    return exact / (1 - exact / baseline_size) / windows


def detectable_drop(per_window: float, sd: float, windows: float, log_threshold: float, baseline_size: float) -> float:
    """Return the drop that so many interactions a window show within so many windows: inverse of `interactions_needed`.

    Formula: `d = sd √(2 (log A + 4) (1 / N + 1 / m))` with `N = per_window · windows`.

    Assumes independent scores. Not a promise for one release: half of such drops take longer.

    Args:
        per_window: Interactions scored a window.
        sd: Of one score.
        windows: Windows until it shall show.
        log_threshold: The line.
        baseline_size: Baseline scores; `math.inf` for a known mean.

    Raises:
        ValueError: for a number that is not positive, or NaN.

    Reference: Lai (1998), Information bounds and quick detection of parameter changes.

    Example:
        >>> round(detectable_drop(121.28, 0.2, 5, 14.4, 20_000), 3)
        0.05
    """
    _positive(per_window=per_window, windows=windows, baseline_size=baseline_size)
    return math.sqrt(_exact(sd, log_threshold) * (1 / (per_window * windows) + 1 / baseline_size))


def _exact(sd: float, log_threshold: float) -> float:
    """Return `2 sd² (log A + 4)`, the scores that show a drop of 1 against an exact baseline."""
    _positive(log_threshold=log_threshold)
    if not (math.isfinite(sd) and sd >= 0):
        raise ValueError(f"sd {sd!r} must be finite and not negative")
    return 2 * sd * sd * (log_threshold + _SEARCH_COST)


def _positive(**numbers: float) -> None:
    for name, number in numbers.items():
        if not number > 0:
            raise ValueError(f"{name} {number!r} must be positive")
