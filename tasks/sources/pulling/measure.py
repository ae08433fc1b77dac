"""What is measured of one (release, window) as its rows go by; texts are measured and let go."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from tasks.domain.interaction import Interaction
from tasks.domain.prices import Price, cost_usd
from tasks.domain.summary import WindowSummary
from tasks.domain.window import Window
from tasks.sources.pulling.value_counts import Folded

COLUMNS = (
    "latency_ms",
    "input_tokens",
    "output_tokens",
    "prompt_chars",
    "context_chars",
    "response_chars",
    "cost_usd",
)
_QUANTILES = (0.5, 0.95, 0.99)
# Rows between two foldings: 60 kB for each (release, window) at work, and numpy's overhead is spread enough.
_FOLD_ROWS = 512


class Measure:
    """Measures the rows of one (release, window)."""

    def __init__(self, prices: Mapping[str, Price] | None) -> None:
        self._prices = prices
        self._per_token: dict[str, tuple[float, float] | None] = {}
        self._pending: dict[str, list[float | None]] = {name: [] for name in COLUMNS}
        self._columns = {name: Folded() for name in COLUMNS}
        self._latencies: array[float] = array("d")
        self._cost_usd = 0.0
        self._unknown_models: Counter[str] = Counter()
        self._costs_known = 0
        self.first_seen: datetime | None = None
        self.rows = 0
        self.duplicates = 0
        self.errors = 0
        self.feedback_up = 0
        self.feedback_answered = 0

    def add(self, rows: Sequence[Interaction]) -> None:
        """Measure rows, at least one."""
        self.rows += len(rows)
        first = min(row.timestamp for row in rows)
        self.first_seen = first if self.first_seen is None else min(first, self.first_seen)
        self.errors += sum(row.error is not None for row in rows)
        feedback = [row.feedback for row in rows if row.feedback is not None]
        self.feedback_answered += len(feedback)
        self.feedback_up += sum(given > 0 for given in feedback)
        pending = self._pending
        pending["latency_ms"] += [row.latency_ms for row in rows]
        pending["input_tokens"] += [row.input_tokens for row in rows]
        pending["output_tokens"] += [row.output_tokens for row in rows]
        pending["prompt_chars"] += [len(row.prompt) for row in rows]
        pending["context_chars"] += [None if row.context is None else len(row.context) for row in rows]
        pending["response_chars"] += [len(row.response) for row in rows]
        pending["cost_usd"] += [self._cost_of(row) if row.cost_usd is None else row.cost_usd for row in rows]
        if len(pending["cost_usd"]) >= _FOLD_ROWS:
            self._fold()

    def summary(
        self,
        *,
        service: str,
        release: str,
        window: Window,
        quarantined: Mapping[str, int],
        sampled: int,
        carries_errors: bool,
    ) -> WindowSummary:
        """Return what was measured, without judged parts."""
        self._fold()
        counts = {name: folded.counts() for name, folded in self._columns.items()}
        return WindowSummary(
            service=service,
            release=release,
            window_start=window.start,
            window_end=window.end,
            rows=self.rows,
            quarantined=dict(quarantined),
            duplicates=self.duplicates,
            columns={name: column for name, column in counts.items() if column is not None},
            percentiles=self._percentiles(),
            errors=self.errors if carries_errors else None,
            feedback_up=self.feedback_up,
            feedback_answered=self.feedback_answered,
            cost_usd=self._cost_usd if self._costs_known else None,
            cost_unknown=self.rows - self._costs_known,
            unknown_models=dict(self._unknown_models),
            sampled=sampled,
        )

    def _cost_of(self, row: Interaction) -> float | None:
        """Return what a row without a cost of its own cost; the table is asked once for each model of the window."""
        if row.model is None:
            return None
        if row.model not in self._per_token:
            fresh = cost_usd(row.model, 1, 0, row.timestamp, self._prices)
            answered = cost_usd(row.model, 0, 1, row.timestamp, self._prices)
            self._per_token[row.model] = None if fresh is None or answered is None else (fresh, answered)
        per_token = self._per_token[row.model]
        if per_token is None:
            self._unknown_models[row.model] += 1
            return None
        if row.input_tokens is None or row.output_tokens is None:
            return None
        return row.input_tokens * per_token[0] + row.output_tokens * per_token[1]

    def _fold(self) -> None:
        for name, values in self._pending.items():
            known = [value for value in values if value is not None]
            values.clear()
            if not known:
                continue
            self._columns[name].fold(known)
            if name == "latency_ms":
                self._latencies.extend(known)
            elif name == "cost_usd":
                self._cost_usd += sum(known)
                self._costs_known += len(known)

    def _percentiles(self) -> dict[str, float]:
        if not self._latencies:
            return {}
        quantiles = np.quantile(np.frombuffer(self._latencies), _QUANTILES).tolist()
        return {f"latency_ms/{q}": value for q, value in zip(_QUANTILES, quantiles, strict=True)}
