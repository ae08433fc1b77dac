"""Where the engine runs: an event loop and a client of its own, whatever the caller runs in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from tasks.judging.base import Bench

if TYPE_CHECKING:
    from openai import AsyncOpenAI


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine to its end in a thread with an event loop of its own; the caller may already run one."""
    import concurrent.futures

    with concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="judge") as thread:
        thread.submit(_loop, work).result()


def _loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    try:
        import uvloop
    except ImportError:  # not built for every platform
        asyncio.run(work())
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work())


def client_of(bench: Bench) -> AsyncOpenAI:
    """Return a client; retries are ours."""
    from openai import AsyncOpenAI, DefaultAioHttpClient

    timeout = bench.judge.timeout_seconds
    return AsyncOpenAI(
        api_key=bench.api_key or "none",
        base_url=bench.judge.base_url,
        max_retries=0,
        timeout=timeout,
        http_client=DefaultAioHttpClient(timeout=timeout),
    )
