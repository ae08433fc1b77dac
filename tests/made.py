"""Made-up windows with known truth, for tests of monitors, decisions and flows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from tasks.domain.summary import JudgedScores, JudgeUsage, ValueCounts, WindowSummary

HOUR = timedelta(hours=1)
START = datetime(2026, 6, 1, tzinfo=UTC)


def counts(values: np.ndarray) -> ValueCounts:
    """Return values with counts."""
    distinct, number = np.unique(values, return_counts=True)
    return ValueCounts(values=[float(v) for v in distinct], counts=[int(n) for n in number])


def window(
    rng: np.random.Generator, at: int, *, release: str = "1", rows: int = 40, bad: float = 0.0, **changes: object
) -> WindowSummary:
    """Return the summary of hour `at`: quality about 0.75, a share `bad` of answers at 0 or 0.25."""
    quality = np.clip(np.round(rng.beta(6, 2, rows) * 4) / 4, 0, 1)
    spoiled = rng.random(rows) < bad
    quality[spoiled] = rng.choice([0.0, 0.25], spoiled.sum())
    start = START + at * HOUR
    summary = WindowSummary(
        service="helpdesk",
        release=release,
        window_start=start,
        window_end=start + HOUR,
        rows=rows,
        sampled=rows,
        errors=int(rng.binomial(rows, 0.01)),
        columns={
            "latency_ms": counts(np.round(rng.lognormal(6.0, 0.4, rows))),
            "input_tokens": counts(rng.integers(20, 90, rows)),
            "output_tokens": counts(rng.integers(10, 200, rows)),
            "prompt_chars": counts(rng.integers(80, 400, rows)),
            "response_chars": counts(rng.integers(80, 800, rows)),
        },
        feedback_up=int(rng.binomial(5, 0.8)),
        feedback_answered=5,
        cost_usd=0.1,
        judge=JudgeUsage(provider="openai", model="gpt-4o-mini"),
        judged=JudgedScores(
            quality=quality.tolist(),
            toxicity=[0.0] * rows,
            content=[int(c) for c in rng.integers(0, 2**40, rows)],
            segment=[-1] * rows,
        ),
    )
    fields = {name: changes.get(name, getattr(summary, name)) for name in summary.__struct_fields__}
    return WindowSummary(**fields)  # type: ignore[arg-type]
