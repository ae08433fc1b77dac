"""What a drift number says, in the words of people on call: what changed for users first, the statistic after it."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.domain.settings.monitors import DriftColumn
from tasks.domain.summary import ValueCounts
from tasks.monitors.columns import arrays, mid_ranks, quantile
from tasks.stats.drift import Distance, TestResult, reading

SPOKEN: Mapping[DriftColumn, tuple[str, str, str, str]] = {
    "input_tokens": ("prompts", "longer", "shorter", "tokens"),
    "prompt_chars": ("prompts", "longer", "shorter", "characters"),
    "context_chars": ("contexts", "longer", "shorter", "characters"),
    "output_tokens": ("answers", "longer", "shorter", "tokens"),
    "response_chars": ("answers", "longer", "shorter", "characters"),
    "latency_ms": ("answers", "slower", "quicker", "ms"),
    "score": ("scores", "higher", "lower", ""),
}
"""What each column speaks of, what more and less of it is, and its unit."""

_STATISTICS = {"ks": "KS", "psi": "PSI"}

_ASIDE = 0.02
"""A mean rank nearer to the middle than this names no direction: the values are spread differently."""


def drift_words(
    name: DriftColumn,
    outcome: TestResult | Distance,
    chance: float | None,
    columns: int,
    now: ValueCounts,
    usual: ValueCounts,
) -> str:
    """Say how a column moved, by how much, and how likely that is.

    Args:
        name: The column.
        outcome: One statistic of it.
        chance: Its p-value, adjusted over the columns; None for a distance.
        columns: How many were looked at.
        now: The window's values.
        usual: The baseline's.
    """
    what, _, _, unit = SPOKEN[name]
    said, size = reading(outcome), outcome.statistic if isinstance(outcome, TestResult) else outcome.value
    how = "as before" if said.startswith("no shift") else _direction(name, now, usual)
    before, after = _level(quantile(usual, 0.5)), _level(quantile(now, 0.5))
    statistic = f"{_STATISTICS.get(outcome.name, outcome.name.replace('_', ' '))} {size:.2f}"
    words = f"{what} are {how}: median {' '.join(filter(None, (after, unit)))}, before {before} ({statistic}); {said}"
    if chance is not None:
        words += f"; in one window by chance {chance:.2g} (over {columns} columns)"
    return words


def _direction(name: DriftColumn, now: ValueCounts, usual: ValueCounts) -> str:
    values, counts = arrays(now)
    aside = float(mid_ranks(usual, values) @ counts / counts.sum()) - 0.5
    _, more, less, _ = SPOKEN[name]
    return "spread differently" if abs(aside) < _ASIDE else more if aside > 0 else less


def _level(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
