"""How long drift statistics take on a million rows against a million, eight columns, beside plain scipy.

Budget: 2 CPU s with the reference kept as a summary. Run: `python -m tests.bench.drift_speed`.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon

from tasks.stats.drift import compare_numeric, summarize_reference
from tasks.stats.drift.base import Floats
from tasks.stats.drift.catalog import NUMERIC

ROWS, COLUMNS = 1_000_000, 8
BUDGET_S = 2.0


def columns(rng: np.random.Generator, rows: int, shift: float) -> list[Floats]:
    """Return made-up columns: three of continuous values, three of counts with many ties, two of few levels."""
    spread = [rng.lognormal(6 + shift, 0.8, rows) for _ in range(3)]
    counted = [rng.poisson(80 * (1 + shift), rows).astype(float) for _ in range(3)]
    levels = [rng.binomial(10, 0.8 - shift, rows) / 10 for _ in range(2)]
    return [*spread, *counted, *levels]


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of one call."""
    began = time.process_time()
    work()
    return time.process_time() - began


def plain(reference: Floats, current: Floats) -> None:
    """KS and PSI as one would write them."""
    stats.ks_2samp(reference, current, method="asymp")
    edges = np.histogram_bin_edges(np.concatenate([reference, current]), bins="sturges")
    p, q = (np.maximum(np.histogram(side, bins=edges)[0] / side.size, 1e-4) for side in (reference, current))
    _ = float(((q - p) * np.log(q / p)).sum())


def plain_all(reference: Floats, current: Floats) -> None:
    """All nine, straight from scipy."""
    plain(reference, current)
    stats.mannwhitneyu(current, reference)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its p-value is floored
        stats.anderson_ksamp([reference, current], variant="midrank")
    stats.cramervonmises_2samp(reference, current, method="asymptotic")
    stats.epps_singleton_2samp(reference, current)
    stats.energy_distance(reference, current)
    stats.wasserstein_distance(reference, current)
    shares = [np.histogram(side, bins=22)[0] / side.size for side in (reference, current)]
    jensenshannon(*shares)


def main() -> int:
    """Print CPU seconds of ours and of scipy, and how far a summary's statistics are from the whole's."""
    rng = np.random.default_rng()
    before, now = columns(rng, ROWS, 0.0), columns(rng, ROWS, 0.01)
    compare_numeric(before[0][:100], now[0][:100], tests=tuple(NUMERIC))  # imports scipy.stats
    plain(before[0][:100], now[0][:100])
    kept = [summarize_reference(column) for column in before]
    every = tuple(NUMERIC)
    print(f"{ROWS:,} x {ROWS:,} rows, {COLUMNS} columns, CPU s")
    taken = cpu_seconds(lambda: [compare_numeric(known, column) for known, column in zip(kept, now, strict=True)])
    word = "ok" if taken <= BUDGET_S else "MISSED"
    print(f"KS and PSI, reference as a summary      {taken:7.2f}  (budget {BUDGET_S:g}, {word})")
    whole = cpu_seconds(lambda: [compare_numeric(known, column) for known, column in zip(before, now, strict=True)])
    print(f"KS and PSI, reference whole             {whole:7.2f}")
    scipy = cpu_seconds(lambda: [plain(known, column) for known, column in zip(before, now, strict=True)])
    print(f"KS and PSI, plain scipy and numpy       {scipy:7.2f}  ({scipy / taken:.0f} times ours)")
    nine = cpu_seconds(lambda: [compare_numeric(known, column, every) for known, column in zip(kept, now, strict=True)])
    print(f"all nine, reference as a summary        {nine:7.2f}")
    one = cpu_seconds(lambda: plain_all(before[0], now[0]))
    print(f"all nine, plain scipy, one column alone {one:7.2f}")
    gap = 0.0
    for known, whole_column, column in zip(kept, before, now, strict=True):
        small, large = compare_numeric(known, column, ("ks",)), compare_numeric(whole_column, column, ("ks",))
        gap = max(gap, abs(small[0].statistic - large[0].statistic))
    print(f"KS of a summary is off by at most       {gap:7.5f}  (promised 0.0002)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
