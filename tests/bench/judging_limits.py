"""The judge's engine under a rate limit, told and untold, and beside an endpoint that fails in every way.

Promises: 50 requests a second allowed: 400 interactions in 8.8 s, less than 5 % rejected; with the limit unknown all
are scored and rejections fall; with faults every interaction is scored or carries its cause, and the mean stays.
Run: `python -m tests.bench.judging_limits`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np

from tasks.domain.judgment import Judged
from tasks.domain.settings.judging import Judge
from tasks.judging import judge_interactions
from tasks.judging.rubrics import DEFAULT
from tests.bench.judging_endpoint import Behaviour, Running, endpoint
from tests.bench.judging_speed import interactions
from tests.bench.row import Row, table
from tests.judging.conftest import MemoryLedger

_RPS = 50.0
_INTERACTIONS = 400
_FAULTS = {"500": 0.1, "429": 0.1, "broken": 0.02, "truncated": 0.01, "refusal": 0.01, "drop": 0.02, "slow": 0.01}
_HOPELESS = 0.01  # a refusal is the judge's answer; no retry helps


def judged(running: Running, number: int, **settings: Any) -> tuple[dict[str, Judged], float]:
    """Judge made-up interactions; returns (judgments, seconds)."""
    began = time.perf_counter()
    found = judge_interactions(
        interactions(number), Judge(base_url=running.url, **settings), rubric=DEFAULT, ledger=MemoryLedger(),
        api_key="any", prices={}, now=lambda: datetime.now(UTC),
    )  # fmt: skip
    return found, time.perf_counter() - began


def scored(found: dict[str, Judged]) -> list[float]:
    """Return the quality of those that were scored."""
    return [one.judgment.scores["quality"] for one in found.values() if one.judgment.scored]


def told() -> Row:
    """Measure with the limit known."""
    with endpoint(Behaviour(latency_ms=100, rps=_RPS)) as running:
        found, seconds = judged(running, _INTERACTIONS, requests_per_minute=_RPS * 60)
        rejected = len(running.counts()["rejected"])
    return Row(
        name=f"limit {_RPS:.0f}/s known, {_INTERACTIONS} interactions",
        must="≤ 8.8 s, < 5 % rejected, all scored",
        ours=f"{seconds:.2f} s, {rejected / _INTERACTIONS:.1%} rejected, {len(scored(found))} scored",
        met=seconds <= 8.8 and rejected < 0.05 * _INTERACTIONS and len(scored(found)) == _INTERACTIONS,
    )


def untold(*, tells: bool) -> Row:
    """Measure with the limit unknown; its headers tell it, or nothing does."""
    number = 3 * _INTERACTIONS
    with endpoint(Behaviour(latency_ms=100, rps=_RPS, tells=tells)) as running:
        found, seconds = judged(running, number)
        rejected = np.array(running.counts()["rejected"])
    at = rejected - rejected.min(initial=np.inf)
    early, late = int((at < seconds / 2).sum()), int((at >= seconds / 2).sum())
    return Row(
        name=f"limit {_RPS:.0f}/s {'in headers' if tells else 'unknown'}, {number} interactions",
        must="all scored, rejections fall",
        ours=f"{seconds:.1f} s ({number / seconds:.0f}/s), rejected {early} then {late}, {len(scored(found))} scored",
        met=len(scored(found)) == number and late <= early,
    )


def faulty() -> Iterator[Row]:
    """Measure beside a clean run of the same interactions."""
    with endpoint(Behaviour(latency_ms=50)) as running:
        clean = scored(judged(running, _INTERACTIONS)[0])
    with endpoint(Behaviour(latency_ms=50, faults=_FAULTS)) as running:
        found, seconds = judged(running, _INTERACTIONS)
    kept = scored(found)
    causes = sorted({one.judgment.cause.value for one in found.values() if one.judgment.cause})
    whole = all(one.judgment.scored or one.judgment.cause for one in found.values()) and len(found) == _INTERACTIONS
    yield Row(
        name=f"{sum(_FAULTS.values()):.0%} of the requests fail in 7 ways",
        must="coverage ≥ 98 % where a retry helps",
        ours=f"{len(kept) / _INTERACTIONS:.1%} in {seconds:.1f} s, unscored: {', '.join(causes) or 'none'}",
        met=whole and len(kept) >= (0.98 - 2 * _HOPELESS) * _INTERACTIONS,
    )
    noise = 2 * float(np.std(clean)) * (1 / len(kept) + 1 / len(clean)) ** 0.5
    moved = abs(float(np.mean(kept) - np.mean(clean)))
    yield Row(name="mean beside the clean run", must="within noise", ours=f"{moved:.4f} off", met=moved <= noise)


def main() -> None:
    """Measure and print."""
    print(table([told(), untold(tells=False), untold(tells=True), *faulty()]))


if __name__ == "__main__":
    main()
