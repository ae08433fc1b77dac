"""Scores within known segments: judges rate kinds of content differently, and no release is to blame for a new mix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tasks.domain.summary import WindowSummary

ENOUGH = 50
"""Baseline scores from which a segment's mean is known well enough to compare with."""

_FEWEST = 2
"""Within one segment alone a change of the inputs cannot be told from a change of the release."""


def segment_means(windows: Sequence[WindowSummary], scores: str) -> dict[str, float]:
    """Return the mean score of each segment with at least 50 baseline scores; empty for fewer than two of them.

    Args:
        windows: The baseline's.
        scores: Which: `quality` or `toxicity`.
    """
    sums: dict[str, list[float]] = {}
    for window in windows:
        for name, values in _by_segment(window, scores).items():
            total = sums.setdefault(name, [0.0, 0.0])
            total[0] += float(values.sum())
            total[1] += values.size
    known = {name: total / number for name, (total, number) in sums.items() if number >= ENOUGH}
    return known if len(known) >= _FEWEST else {}


def within_segments(summary: WindowSummary, scores: str, means: dict[str, float]) -> np.ndarray:
    """Return `(score − its segment's baseline mean + 1) / 2`, in [0, 1]; unseen segments are dropped, not guessed."""
    parts = [
        (values - means[name] + 1.0) / 2.0 for name, values in _by_segment(summary, scores).items() if name in means
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _by_segment(summary: WindowSummary, scores: str) -> dict[str, np.ndarray]:
    judged = summary.judged
    values, place = np.asarray(getattr(judged, scores), dtype=float), np.asarray(judged.segment, dtype=int)
    return {name: values[place == at] for at, name in enumerate(judged.segments) if (place == at).any()}
