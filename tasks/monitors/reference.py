"""A baseline's windows, prepared for comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property

import numpy as np

from tasks.domain.feature import Feature
from tasks.domain.summary import ValueCounts, WindowSummary
from tasks.monitors.columns import arrays, at_most, merge, quantile, value_counts
from tasks.monitors.segments import segment_means
from tasks.stats.drift import ReferenceSummary, summarize_reference
from tasks.stats.edetector import design_effect_of_sums
from tasks.stats.slow_changes import SlowChanges, slow_changes

_LONG_ENOUGH_FOR_HOURS = timedelta(days=14)

_MOST_ALLOWED = 0.5
"""A mean that wanders by more than this tells nothing at all."""

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def beyond_slow_changes(feature: Feature, slow: SlowChanges) -> tuple[Feature, ...]:
    """Return the feature, and where the baseline wandered one beside it that bets only on what lies beyond that.

    The first finds small drops that last, the second large ones at once: their evidence counts half each.
    """
    if not slow.sd:
        return (feature,)
    margin = min(max(feature.margin, slow.allowance), _MOST_ALLOWED)
    key = f"{feature.key.rsplit('/', 1)[0]}/sudden"
    return feature, replace(feature, key=key, margin=margin, window_effect=slow.remaining_effect)


class Reference:
    """The frozen windows a release is compared with.

    Args:
        windows: Their summaries, in time order; at least one.
        release: Whose windows they are.
        own: Whether they are the release's own first windows.
    """

    def __init__(self, windows: Sequence[WindowSummary], release: str, *, own: bool) -> None:
        if not windows:
            raise ValueError("a reference needs at least one window")
        self.windows = tuple(windows)
        self.release = release
        self.own = own
        self._columns: dict[str, ValueCounts] = {}
        self._summaries: dict[str, ReferenceSummary] = {}
        self._cuts: dict[str, dict[float, float]] = {}
        self._segments: dict[str, dict[str, float]] = {}

    @cached_property
    def scored(self) -> int:
        """How many judged scores there are."""
        return sum(window.scored for window in self.windows)

    @cached_property
    def by_hour(self) -> bool:
        """Whether it is long enough to be stratified by hour of the day (14 days)."""
        return self.windows[-1].window_end - self.windows[0].window_start >= _LONG_ENOUGH_FOR_HOURS

    @cached_property
    def quality(self) -> np.ndarray:
        """All quality scores."""
        return np.concatenate([np.asarray(window.judged.quality, dtype=float) for window in self.windows])

    @cached_property
    def toxicity(self) -> np.ndarray:
        """All toxicity scores."""
        return np.concatenate([np.asarray(window.judged.toxicity, dtype=float) for window in self.windows])

    @cached_property
    def repeats(self) -> float:
        """How often the judged content repeats: Σ N² / Σ N over contents, 1 when all differ."""
        counts = Counter(content for window in self.windows for content in window.judged.content)
        total = sum(counts.values())
        return sum(n * n for n in counts.values()) / total if total else 1.0

    @cached_property
    def rows_per_window(self) -> dict[int, list[int]]:
        """Accepted rows of its windows by hour of the day."""
        rows: dict[int, list[int]] = {}
        for window in self.windows:
            rows.setdefault(window.window_start.hour, []).append(window.rows)
        return rows

    def segment_means(self, scores: str) -> dict[str, float]:
        """Return the mean `quality` or `toxicity` of each known segment; empty where there are not two of them."""
        if scores not in self._segments:
            self._segments[scores] = segment_means(self.windows, scores)
        return self._segments[scores]

    def column(self, name: str) -> ValueCounts:
        """Return a measured column over all windows, `score` for the judged quality; empty when no window has it."""
        if name not in self._columns:
            self._columns[name] = (
                value_counts(self.quality)
                if name == "score"
                else merge(window.columns[name] for window in self.windows if name in window.columns)
            )
        return self._columns[name]

    def summary(self, name: str) -> ReferenceSummary:
        """Return a column as the drift tests keep a reference: at most 4,096 order statistics."""
        if name not in self._summaries:
            values, counts = arrays(self.column(name))
            self._summaries[name] = summarize_reference(np.repeat(values, counts))
        return self._summaries[name]

    def cuts(self, name: str) -> dict[float, float]:
        """Return the column's values at five quantiles, by quantile: those with baseline values on both sides."""
        if name not in self._cuts:
            column = self.column(name)
            levels = {share: quantile(column, share) for share in _QUANTILES} if column.values else {}
            self._cuts[name] = {
                share: level for share, level in levels.items() if 0 < at_most(column, level)[0] < column.total
            }
        return self._cuts[name]

    def design_effect(
        self, sums_of: Callable[[WindowSummary], tuple[float, int]], mean: float, variance: float
    ) -> float:
        """Return how much less than independent scores this baseline's scores tell.

        Where the baseline is stratified by hour of the day, so are the residuals: a daily rhythm is no dependence.

        Args:
            sums_of: Gives (sum, number) of a feature in a window.
            mean: Its mean over the baseline.
            variance: The variance of one score.
        """
        return design_effect_of_sums(*self._residuals(sums_of, mean, variance))

    def slow_changes(
        self, sums_of: Callable[[WindowSummary], tuple[float, int]], mean: float, variance: float
    ) -> SlowChanges:
        """Return how far the mean of a feature wandered without anybody's fault; arguments as above."""
        return slow_changes(*self._residuals(sums_of, mean, variance))

    def _residuals(
        self, sums_of: Callable[[WindowSummary], tuple[float, int]], mean: float, variance: float
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """Return (sums of residuals, sizes, variance of one residual) of the windows that have the feature."""
        seen = [(window, *sums_of(window)) for window in self.windows]
        seen = [(window, total, number) for window, total, number in seen if number]
        sums = np.array([total for _, total, _ in seen], dtype=float)
        sizes = np.array([number for _, _, number in seen], dtype=float)
        if not self.by_hour:
            return sums - mean * sizes, sizes, variance
        hours = np.array([window.window_start.hour for window, _, _ in seen])
        counted = np.bincount(hours, weights=sizes, minlength=24)
        means = np.bincount(hours, weights=sums, minlength=24) / np.maximum(counted, 1.0)
        between = float(counted @ (means - mean) ** 2 / max(sizes.sum(), 1.0))
        return sums - means[hours] * sizes, sizes, max(variance - between, 1e-6)
