"""What the statistics promise, simulated with a fresh seed.

Run: `python -m tests.bench.simulations [--quick] [--seed N]`; four minutes, quick 20 s.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections.abc import Sequence

from tests.bench import delays, dependence, false_rollbacks, null_evidence, side_by_side
from tests.bench.row import Row, table

SIMULATIONS = (null_evidence.rows, false_rollbacks.rows, delays.rows, dependence.rows, side_by_side.rows)


def rows(seed: int, *, quick: bool) -> list[Row]:
    """Return every row."""
    return [row for simulation in SIMULATIONS for row in simulation(seed, quick=quick)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each simulation's rows as they come, and how many promises were missed; nothing is gated here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: half a minute")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run")
    chosen = parser.parse_args(arguments)
    seed = secrets.randbits(32) if chosen.seed is None else chosen.seed
    print(f"seed {seed}", flush=True)
    missed = 0
    for simulation in SIMULATIONS:
        began = time.monotonic()
        found = simulation(seed, quick=chosen.quick)
        missed += sum(row.met is False for row in found)
        print(f"{table(found)}\n({time.monotonic() - began:.0f} s)\n", flush=True)
    print(f"{missed} promises missed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
