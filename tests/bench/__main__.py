"""`make bench`: each budget beside what was measured here, in one run with what it is compared to.

Every benchmark is a module of this folder that prints its own rows; timings gate nothing.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


def main() -> int:
    """Run every benchmark in a process of its own, so that none warms or burdens another."""
    failed = []
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem.startswith("_") or "__main__" not in path.read_text():
            continue
        print(f"\n== {path.stem.replace('_', ' ')}", flush=True)
        began = time.monotonic()
        if subprocess.run([sys.executable, "-m", f"tests.bench.{path.stem}", *sys.argv[1:]], check=False).returncode:
            failed.append(path.stem)
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)
    if failed:
        print(f"\ndid not finish: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
