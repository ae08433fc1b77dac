"""`python -m flows.bundle FILE`: the verdict of an evidence bundle computed again, from nothing but the file."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

from flows.evaluating.evidence_bundle import recompute
from flows.running.terminal import say
from tasks.domain.errors import StoreError


def main(path: str) -> int:
    """Recompute the bundle in a file; 0 when the verdict is the recorded one, 1 when it differs, 2 when it is none."""
    try:
        result = recompute(Path(path).read_bytes())
    except (StoreError, OSError) as error:
        say(Console(stderr=True), f"{path}: {error}")
        return 2
    say(Console(), result.words)
    return 0 if result.equal else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m flows.bundle bundle.json.gz")
    raise SystemExit(main(sys.argv[1]))
