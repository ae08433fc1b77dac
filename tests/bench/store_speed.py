"""The store on SQLite: judgments committed one by one in an event loop's thread, and summaries read back.

Budget: at least 10,000 judgments a second, each committed on return, beside a bare `sqlite3` loop that writes the same
rows; 1,000 summaries within 0.5 s. Run: `python -m tests.bench.store_speed [URL]`; a URL measures that (empty) store.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.domain.judgment import Judgment
from tasks.domain.summary import JudgedScores, ValueCounts, WindowSummary
from tasks.store import Store

START = datetime(2026, 6, 1, tzinfo=UTC)
BUDGET_ADDS_PER_SECOND = 10_000
BUDGET_READING_SECONDS = 0.5
_JUDGMENTS = 10_000
_SUMMARIES = 1_000
_REPEATS = 3  # the best of them: what else runs on the machine only ever slows down


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSpeed:
    """What was measured."""

    adds_per_second: float
    cpu_us_an_add: float
    finds_per_second: float
    reading_seconds: float
    summary_bytes: float


def judgments(number: int, repeat: int) -> list[Judgment]:
    """Make up judgments with a reason of some 200 characters."""
    reason = "The answer names the right deadline, but leaves out how the parcel is to be returned. " * 2
    return [
        Judgment(
            key=f"{repeat:08x}{at:056x}",
            content=f"{at:064x}",
            scores={"quality": 0.75, "toxicity": 0.0},
            criteria={"correct": 4.0, "complete": 3.0, "toxic": 1.0},
            reason=reason,
            rubric="default:1",
            judge_model="gpt-4o-mini",
            served_model="gpt-4o-mini-2024-07-18",
            input_tokens=812,
            output_tokens=64,
            calls=1,
            cost_usd=0.00016,
            judged_at=START,
        )
        for at in range(number)
    ]


def summaries(number: int) -> list[WindowSummary]:
    """Make up summaries of hours with 200 scores and three columns."""
    chance = random.Random(1)
    return [
        WindowSummary(
            service="bot",
            release="1.4",
            window_start=START + timedelta(hours=at),
            window_end=START + timedelta(hours=at + 1),
            rows=300,
            columns={
                name: ValueCounts([float(chance.randrange(900)) for _ in range(150)], [2] * 150)
                for name in ("latency_ms", "input_tokens", "output_tokens")
            },
            judged=JudgedScores(
                [chance.randrange(5) / 4 for _ in range(200)],
                [0.0] * 200,
                [chance.getrandbits(64) for _ in range(200)],
                [-1] * 200,
            ),
        )
        for at in range(number)
    ]


def measure(store: Store) -> StoreSpeed:
    """Measure an empty store."""
    adds, cpu, finds = [], [], []
    for repeat in range(_REPEATS):
        many = judgments(_JUDGMENTS, repeat)

        async def add_all(wanted: Sequence[Judgment] = many) -> None:
            for judgment in wanted:
                store.ledger.add(judgment)

        began, cpu_began = time.perf_counter(), time.process_time()
        asyncio.run(add_all())
        adds.append(_JUDGMENTS / (time.perf_counter() - began))
        cpu.append((time.process_time() - cpu_began) / _JUDGMENTS * 1e6)
        began = time.perf_counter()
        assert len(store.ledger.find([judgment.key for judgment in many])) == _JUDGMENTS
        finds.append(_JUDGMENTS / (time.perf_counter() - began))
    for summary in summaries(_SUMMARIES):
        store.summaries.put(summary, "asked")
    reading = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        end = START + timedelta(hours=_SUMMARIES)
        found = store.summaries.between("bot", "1.4", START, end, timedelta(hours=1), "asked")
        reading.append(time.perf_counter() - began)
        assert len(found) == _SUMMARIES
    with store._database.reading() as connection:
        size = connection.exec_driver_sql("SELECT avg(length(body)) FROM summaries").scalar_one()
    return StoreSpeed(
        adds_per_second=max(adds),
        cpu_us_an_add=min(cpu),
        finds_per_second=max(finds),
        reading_seconds=min(reading),
        summary_bytes=float(size),
    )


def bare_adds_per_second(file: Path) -> float:
    """Write rows of the same size with nothing but the driver."""
    speeds = []
    for repeat in range(_REPEATS):
        values = [
            (judgment.key, judgment.content, str(judgment.scores), str(judgment.criteria), judgment.reason, "", "", "")
            for judgment in judgments(_JUDGMENTS, repeat)
        ]
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("CREATE TABLE IF NOT EXISTS j (key TEXT PRIMARY KEY, a, b, c, d, e, f, g)")
            began = time.perf_counter()
            for row in values:
                connection.execute("INSERT INTO j VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
            speeds.append(_JUDGMENTS / (time.perf_counter() - began))
    return max(speeds)


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        url = arguments[0] if arguments and "://" in arguments[0] else f"sqlite:///{folder}/store.db"
        with Store.open(url) as store:
            speed = measure(store)
            name = store.url.split(":")[0]
        bare = bare_adds_per_second(Path(folder, "bare.db"))
    print(
        f"ledger on {name}: {speed.adds_per_second:,.0f} judgments committed a second (budget "
        f"{BUDGET_ADDS_PER_SECOND:,}; bare sqlite3 {bare:,.0f}), {speed.cpu_us_an_add:.0f} µs CPU each, "
        f"{speed.finds_per_second:,.0f} found a second"
    )
    print(
        f"summaries: {_SUMMARIES:,} of {speed.summary_bytes:,.0f} bytes read in {speed.reading_seconds:.3f} s "
        f"(budget {BUDGET_READING_SECONDS} s)"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
