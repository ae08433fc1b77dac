"""Reading and validating JSON lines of 1.6 kB: rows per CPU second and memory beyond imports, in a process of its own.

Budget: at least 250,000 rows per CPU second and at most 60 MB, at any file size. By hand:
`python -m tests.bench.reading_speed 1000000 400000` reads a million rows, 400,000 an hour.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 6, 1, tzinfo=UTC)
BUDGET_ROWS_PER_CPU_SECOND = 250_000
BUDGET_MB = 60
_ROWS = 200_000
_REPEATS = 3  # the best of them: what else runs on the machine only ever slows down
_SENTENCE = 'the refund of an order paid\n within days and a parcel to "Leeds" for 49 euros by card is sent on'
_FOREIGN = ["“naïve”", "Malmö", "–", "don’t"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSpeed:
    """What was measured."""

    rows: int
    row_bytes: float
    rows_per_cpu_second: float
    beyond_imports_mb: float


def write_rows(file: Path, rows: int, rows_an_hour: int = 3600) -> None:
    """Write rows of about 1.6 kB, with escapes and other alphabets, under names that need a mapping."""
    chance = random.Random(1)
    # One text in four is not plain ASCII: those take twice the time to decode.
    plain = _SENTENCE.split(" ")
    words = [plain, plain, plain, plain + _FOREIGN]
    texts = [" ".join(chance.choices(chance.choice(words), k=45)) for _ in range(500)]
    with file.open("w", encoding="utf-8") as opened:
        for at in range(rows):
            moment = START + timedelta(hours=at / rows_an_hour)
            row = {
                "interaction_id": f"row-{at:09d}",
                "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "model_id": "bot",
                "version": "1.4",
                "model": "gpt-4o-mini",
                "prompt": chance.choice(texts),
                "response": " ".join(chance.choices(texts, k=2)),
                "context": " ".join(chance.choices(texts, k=3)),
                "input_tokens": chance.randrange(500),
                "output_tokens": chance.randrange(300),
                "latency_ms": round(chance.lognormvariate(6.5, 0.5), 1),
                "feedback": chance.choices(["up", "down", None], weights=[6, 5, 89])[0],
            }
            opened.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


def read_once(path: str) -> tuple[int, float, float]:
    """Read a file in this process; return rows, CPU seconds and MB of the peak beyond imports."""
    import msgspec.json

    from tasks.sources import read

    assert msgspec.json
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reading = read(
        {"path": path, "columns": {"service": "model_id", "release": "version"}}, START, START + timedelta(999)
    )
    clock = time.process_time()
    rows = sum(1 for _ in reading)
    seconds = time.process_time() - clock
    assert rows == reading.rows
    return rows, seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def measure(rows: int = _ROWS, rows_an_hour: int = 3600) -> ReadingSpeed:
    """Measure in fresh processes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rows.jsonl")
        write_rows(file, rows, rows_an_hour)
        once = [sys.executable, "-m", "tests.bench.reading_speed", "--read", str(file)]
        runs = [json.loads(subprocess.run(once, check=True, capture_output=True).stdout) for _ in range(_REPEATS)]
        return ReadingSpeed(
            rows=rows,
            row_bytes=file.stat().st_size / rows,
            rows_per_cpu_second=max(number / seconds for number, seconds, _ in runs),
            beyond_imports_mb=max(megabytes for _, _, megabytes in runs),
        )


def main(arguments: Sequence[str]) -> None:
    """Measure and print, or with `--read FILE` read once for the measurement."""
    if arguments[:1] == ["--read"]:
        print(json.dumps(read_once(arguments[1])))
        return
    rows = int(arguments[0]) if arguments else _ROWS
    speed = measure(rows, int(arguments[1]) if len(arguments) > 1 else 3600)
    print(
        f"reading: {speed.rows_per_cpu_second:,.0f} rows per CPU second (budget {BUDGET_ROWS_PER_CPU_SECOND:,}), "
        f"{speed.beyond_imports_mb:.0f} MB beyond imports (budget {BUDGET_MB}), "
        f"{speed.rows:,} rows of {speed.row_bytes:,.0f} bytes"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
