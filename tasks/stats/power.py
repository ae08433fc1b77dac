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


def label_precision(labels: int, sd: float, correlation: float, judged: float, *, confidence: float = 0.95) -> float:
    """Return the half width of a mean that people's labels and a judge of more interactions give together (PPI++).

    Formula: `t(n − 1) · sd √((1 − r²) / n + r² / (n + N))`, the variance of `prediction_powered_mean` at its best λ. A
    correlation of 0 is the labels alone. A planning figure: λ is estimated, and bounded by 1.

    Args:
        labels: Interactions labeled, n.
        sd: Of one label.
        correlation: Of judge and label, r; one below 0 helps no more than 0.
        judged: Interactions judged, N; `math.inf` where there is no end of them.
        confidence: Of the interval.

    Raises:
        ValueError: for fewer than 2 labels, a correlation above 1, or a number that is negative or NaN.

    Reference: Angelopoulos, Duchi and Zrnic (2023), PPI++: Efficient prediction-powered inference.

    Example:
        >>> round(label_precision(100, 0.25, 0, 5_000), 4), round(label_precision(100, 0.25, 0.75, 5_000), 4)
        (0.0496, 0.0332)
    """
    if labels < 2:
        raise ValueError(f"{labels} labels: needs at least 2")
    if not correlation <= 1:
        raise ValueError(f"correlation {correlation!r} must be at most 1")
    _not_negative(sd=sd)
    _positive(judged=judged)
    from scipy import stats

    explained = max(correlation, 0.0) ** 2
    variance = sd * sd * ((1 - explained) / labels + explained / (labels + judged))
    return float(stats.t.ppf(0.5 + confidence / 2, labels - 1)) * math.sqrt(variance)


def labels_needed(half_width: float, sd: float, correlation: float, judged: float, *, confidence: float = 0.95) -> int:
    """Return the fewest labels whose mean is known to so much either way: inverse of `label_precision`.

    Raises:
        ValueError: as `label_precision`, and for a half width that is not positive.

    Example:
        >>> labels_needed(0.02, 0.25, 0, 5_000), labels_needed(0.02, 0.25, 0.75, 5_000)
        (603, 284)
    """
    _positive(half_width=half_width)
    low, high = 1, 2
    while label_precision(high, sd, correlation, judged, confidence=confidence) > half_width:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        wide = label_precision(middle, sd, correlation, judged, confidence=confidence) > half_width
        low, high = (middle, high) if wide else (low, middle)
    return high


def _exact(sd: float, log_threshold: float) -> float:
    """Return `2 sd² (log A + 4)`, the scores that show a drop of 1 against an exact baseline."""
    _positive(log_threshold=log_threshold)
    _not_negative(sd=sd)
    return 2 * sd * sd * (log_threshold + _SEARCH_COST)


def _positive(**numbers: float) -> None:
    for name, number in numbers.items():
        if not number > 0:
            raise ValueError(f"{name} {number!r} must be positive")


def _not_negative(**numbers: float) -> None:
    for name, number in numbers.items():
        if not (math.isfinite(number) and number >= 0):
            raise ValueError(f"{name} {number!r} must be finite and not negative")
