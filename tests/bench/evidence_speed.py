"""How long evidence takes: 20 detectors and a bank of 90 shares a window, and building them anew.

Budget a window: 5 ms for 20 detectors of 200 scores, 1.5 ms for the bank. Run: `python -m tests.bench.evidence_speed`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from tasks.stats.bank import DetectorBank
from tasks.stats.edetector import DetectorState, MeanDetector

_LINE = 11.38
_WINDOWS = 50
_REPEATS = 3  # the best of them: what else runs on the machine only ever slows down


def milliseconds(work: Callable[[], object], times: int) -> float:
    """Return the best mean time of one call, in milliseconds."""
    best = float("inf")
    for _ in range(_REPEATS):
        began = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - began) / times)
    return best * 1e3


def main() -> int:
    """Print what was measured beside the budgets."""
    rng = np.random.default_rng(0)
    baseline, scores = rng.beta(2.4, 0.6, 20_000), rng.beta(2.4, 0.6, 200)
    hours = np.arange(20_000) % 24
    detector = MeanDetector.against_baseline(baseline, log_threshold=_LINE)
    state = detector.update(detector.start(), scores)
    shares = rng.uniform(0.02, 0.98, 90)
    successes, totals = rng.binomial(20_000, shares), np.full(90, 20_000)
    bank = DetectorBank.against_baselines(successes, totals, margins=0.02, log_threshold=_LINE)
    seen = rng.binomial(200, shares), np.full(90, 200)
    known = bank.update(bank.start(), *seen)
    found = (
        (
            "20 detectors, 200 scores each, a window",
            20 * milliseconds(lambda: detector.update(state, scores), _WINDOWS),
            5.0,
        ),
        ("bank of 90 shares, a window", milliseconds(lambda: bank.update(known, *seen), _WINDOWS), 1.5),
        (
            "a detector's state to JSON and back",
            milliseconds(lambda: DetectorState.from_json(state.to_json()), 50),
            None,
        ),
        (
            "a detector on 20,000 scores by hour, built",
            milliseconds(lambda: MeanDetector.against_baseline(baseline, strata=hours, log_threshold=_LINE), 3),
            None,
        ),
        (
            "the bank, built",
            milliseconds(lambda: DetectorBank.against_baselines(successes, totals, log_threshold=_LINE), 3),
            None,
        ),
    )
    for name, taken, budget in found:
        words = "" if budget is None else f"  (budget {budget:g} ms{'' if taken <= budget else ', MISSED'})"
        print(f"{name:45s} {taken:8.2f} ms{words}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
