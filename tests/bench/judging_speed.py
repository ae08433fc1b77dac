"""The judge's engine beside a bare loop over the same client: speed, CPU, memory.

Budgets: 2,000 interactions at 200 ms and 256 at once at 0.85 of the bare loop's speed or better, at most 0.2 ms of own
CPU an interaction, and 8,000 interactions in at most 20 MB more than 2,000. Each measurement has a process of its own.
Run: `python -m tests.bench.judging_speed`.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from tasks.domain.interaction import Interaction
from tests.bench.judging_endpoint import Behaviour, endpoint
from tests.bench.row import Row, table

_LATENCY_MS = 200.0
_AT_ONCE = 256
_FEW, _MANY = 2_000, 8_000
_REPEATS = 3  # in turns, so that what else runs on the machine burdens both


def interactions(number: int) -> Iterator[Interaction]:
    """Make up interactions with 1.5 kB of text each."""
    for n in range(number):
        fact = f"Parcel {n} was handed to the courier on day {n % 28 + 1} and waits at counter {n % 97}. "
        yield Interaction(
            interaction_id=f"i{n}",
            timestamp=datetime(2026, 6, 1, tzinfo=UTC),
            prompt=f"Where is parcel {n}, and until when can I fetch it?",
            response=f"It waits at counter {n % 97}. " + fact * 3,
            context=fact * 10,
        )


def bare(url: str, number: int) -> None:
    """Send the same requests with nothing around the client but as many workers."""
    import uvloop
    from openai import AsyncOpenAI, DefaultAioHttpClient

    from tasks.judging.request import messages
    from tasks.judging.rubrics import DEFAULT

    form = {"type": "json_schema", "json_schema": {"name": "judgment", "strict": True, "schema": DEFAULT.schema}}

    async def run() -> None:
        async with AsyncOpenAI(
            api_key="any", base_url=url, max_retries=0, timeout=60, http_client=DefaultAioHttpClient(timeout=60)
        ) as client:
            waiting = iter([messages(one, DEFAULT) for one in interactions(number)])

            async def work() -> None:
                for turns in waiting:
                    completion = await client.chat.completions.create(
                        model="gpt-4o-mini", messages=turns, temperature=0, seed=0, response_format=form,
                        max_completion_tokens=700,
                    )  # fmt: skip
                    assert completion.choices[0].message.content

            async with asyncio.TaskGroup() as group:
                for _ in range(_AT_ONCE):
                    group.create_task(work())

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


def engine(url: str, number: int) -> None:
    """Judge with the real engine into a real ledger."""
    from tasks.domain.settings.judging import Judge
    from tasks.judging import judge_interactions
    from tasks.judging.rubrics import DEFAULT
    from tasks.store import Store

    judge = Judge(base_url=url, max_concurrency=_AT_ONCE)
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/store.db") as store:
        judged = judge_interactions(
            interactions(number), judge, rubric=DEFAULT, ledger=store.ledger, api_key="any", prices={},
            now=lambda: datetime.now(UTC),
        )  # fmt: skip
    assert len(judged) == number
    assert all(one.judgment.scored for one in judged.values())


def measured(what: str, url: str, number: int) -> dict[str, float]:
    """Run one of the two in a process of its own; returns a second's interactions, CPU in ms each, peak MB."""
    command = [sys.executable, "-m", "tests.bench.judging_speed", what, url, str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(run: Callable[[str, int], None], url: str, number: int) -> None:
    """Print the figures of this process; a few requests first, so that imports are not measured."""
    run(url, 20)
    began, cpu_began = time.perf_counter(), time.process_time()
    run(url, number)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu_began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"per_second": number / seconds, "cpu_ms": cpu / number * 1000, "peak_mb": peak}))


def rows() -> Iterator[Row]:
    """Measure both in turns."""
    with endpoint(Behaviour(latency_ms=_LATENCY_MS)) as running:
        turns = [(measured("bare", running.url, _FEW), measured("engine", running.url, _FEW)) for _ in range(_REPEATS)]
        many = measured("engine", running.url, _MANY)
    loop, ours = (max(pair[side]["per_second"] for pair in turns) for side in (0, 1))
    loop_cpu, our_cpu = (min(pair[side]["cpu_ms"] for pair in turns) for side in (0, 1))
    few_mb = min(pair[1]["peak_mb"] for pair in turns)
    name = f"{_FEW:,} interactions, 200 ms, {_AT_ONCE} at once"
    yield Row(
        name=name, must="≥ 0.85 × bare loop", tools=f"bare {loop:.0f}/s", ours=f"{ours / loop:.2f} ({ours:.0f}/s)",
        met=ours >= 0.85 * loop,
    )  # fmt: skip
    yield Row(
        name="own CPU an interaction", must="≤ 0.2 ms", tools=f"bare {loop_cpu:.2f} ms", met=our_cpu - loop_cpu <= 0.2,
        ours=f"{our_cpu - loop_cpu:.2f} ms",
    )  # fmt: skip
    more = many["peak_mb"] - few_mb
    yield Row(
        name=f"memory, {_MANY:,} beside {_FEW:,}", must="≤ 20 MB more", ours=f"{more:.1f} MB ({few_mb:.0f} MB)",
        met=more <= 20,
    )  # fmt: skip


def main(arguments: list[str]) -> None:
    """Measure one thing in this process, or all of them."""
    if arguments and arguments[0] in {"bare", "engine"}:
        measure(bare if arguments[0] == "bare" else engine, arguments[1], int(arguments[2]))
        return
    print(table(rows()))


if __name__ == "__main__":
    main(sys.argv[1:])
