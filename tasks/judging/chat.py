"""The judge behind an OpenAI-compatible chat endpoint: one request an interaction, each answer kept before the next."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, stop_after_delay
from tenacity.wait import wait_random_exponential

from tasks.domain.judgment import Cause, Judgment
from tasks.domain.prices import cost_usd
from tasks.judging.base import Bench
from tasks.judging.limits import AdaptiveLimit, Breaker, Pace
from tasks.judging.reply import Reading, read_reply
from tasks.judging.request import JudgeRequest, messages
from tasks.judging.responses import FatalError, OverloadedError, TransientError, classify

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_ATTEMPTS = 6
_DEADLINE_SECONDS = 45.0
"""A request and its retries: a whole outage is to be reported within a minute."""

_FIRST_TIMEOUT_SECONDS = 15.0
"""Until the judge has answered once, a request that hangs is given up early, for the same reason."""

_TOKENS = 700
_TOKENS_AT_MOST = 2_800
_CHARS_PER_TOKEN = 4

REPAIR = (
    "That was not one JSON object with exactly the fields asked for, each level a whole number from 1 to 5 or null. "
    "Reply again with that JSON object and nothing else."
)


def chat(requests: Sequence[JudgeRequest], bench: Bench) -> None:
    """Judge every request over the network; returns when each has a committed judgment."""
    import concurrent.futures

    # The flow that calls may already run an event loop in this thread; the engine brings its own.
    with concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="judge") as thread:
        thread.submit(_run, requests, bench).result()


def _run(requests: Sequence[JudgeRequest], bench: Bench) -> None:
    try:
        import uvloop
    except ImportError:  # not built for every platform
        asyncio.run(_judge_all(requests, bench))
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_judge_all(requests, bench))


async def _judge_all(requests: Sequence[JudgeRequest], bench: Bench) -> None:
    from openai import AsyncOpenAI, DefaultAioHttpClient

    settings = bench.judge
    async with AsyncOpenAI(
        api_key=bench.api_key or "none",
        base_url=settings.base_url,
        max_retries=0,
        timeout=settings.timeout_seconds,
        http_client=DefaultAioHttpClient(timeout=settings.timeout_seconds),
    ) as client:
        engine = _Engine(client, bench)
        waiting = iter(requests)
        workers = min(settings.max_concurrency, len(requests))
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(engine.work(waiting))


@dataclass(slots=True)
class _Spent:
    """What one interaction cost so far, over all attempts."""

    input_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0
    cost: float | None = None
    served: str | None = None


@dataclass(slots=True)
class _Conversation:
    """One interaction's way through attempts, repair and truncation."""

    request: JudgeRequest
    spent: _Spent = field(default_factory=_Spent)
    turns: list[dict[str, str]] = field(default_factory=list)
    tokens: int = _TOKENS
    repaired: bool = False


class _Engine:
    """What all workers share: client, limits, breaker, and the reply format the endpoint understands."""

    def __init__(self, client: AsyncOpenAI, bench: Bench) -> None:
        self._client = client
        self._bench = bench
        self._judge = bench.judge
        self._rubric = bench.rubric
        self._limit = AdaptiveLimit(self._judge.max_concurrency)
        self._paces = [
            Pace(per_minute) if per_minute else None
            for per_minute in (self._judge.requests_per_minute, self._judge.tokens_per_minute)
        ]
        self._breaker = Breaker()
        self._spent_usd = bench.spent_usd
        schema = {"name": "judgment", "strict": True, "schema": self._rubric.schema}
        self._formats: list[dict[str, Any] | None] = [
            {"type": "json_schema", "json_schema": schema},
            {"type": "json_object"},
            None,
        ]

    async def work(self, waiting: Iterator[JudgeRequest]) -> None:
        """Take requests until none is left; each judgment is committed before the next is taken."""
        for request in waiting:
            await self._limit.enter()
            try:
                judgment = await self._judgment(request)
                self._bench.commit(judgment)
            finally:
                self._limit.leave()

    async def _judgment(self, request: JudgeRequest) -> Judgment:
        conversation = _Conversation(request, turns=messages(request.interaction, self._rubric))
        if self._breaker.down is not None:
            return self._closed(conversation, Reading({}, cause=self._breaker.down))
        try:
            reading = await self._converse(conversation)
        except FatalError as error:
            self._breaker.refused(error.cause)
            reading = Reading({}, cause=error.cause)
        except TransientError as error:
            reading = Reading({}, cause=self._breaker.down or error.cause)
        return self._closed(conversation, reading)

    async def _converse(self, conversation: _Conversation) -> Reading:
        """Ask, at most once more for a reply cut short, and once for a reply that does not fit."""
        has_context = bool(conversation.request.interaction.context)
        while True:
            text, cause = await self._ask(conversation)
            if cause is Cause.TRUNCATED and conversation.tokens < _TOKENS_AT_MOST:
                conversation.tokens = _TOKENS_AT_MOST
                continue
            reading = Reading({}, cause=cause) if cause else read_reply(text, self._rubric, has_context=has_context)
            misfit = reading.cause in {
                Cause.INVALID_JSON, Cause.MISSING_FIELD, Cause.OUT_OF_RANGE, Cause.WRONG_TYPE, Cause.EMPTY,
            }  # fmt: skip
            if not misfit or conversation.repaired:
                return reading
            conversation.repaired = True
            answer = [{"role": "assistant", "content": text}] if text else []
            conversation.turns += [*answer, {"role": "user", "content": REPAIR}]

    async def _ask(self, conversation: _Conversation) -> tuple[str | None, Cause | None]:
        """Send until answered: (text, None), or (None, cause) for an answer without text."""
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(TransientError),
            stop=stop_after_attempt(_ATTEMPTS) | stop_after_delay(_DEADLINE_SECONDS),
            wait=_wait,
            reraise=True,
        ):
            with attempt:
                if self._breaker.down is not None:
                    raise FatalError(self._breaker.down)
                return await self._send(conversation)
        raise AssertionError("tenacity ends with a return or an exception")

    async def _send(self, conversation: _Conversation) -> tuple[str | None, Cause | None]:
        budget = self._judge.budget_usd_per_day
        if budget is not None and self._spent_usd >= budget:
            raise FatalError(Cause.BUDGET)
        await self._keep_pace(conversation)
        form = self._formats[0]
        conversation.spent.calls += 1
        timeout = self._judge.timeout_seconds
        try:
            completion = await self._client.chat.completions.create(  # type: ignore[call-overload]  # formats vary
                model=self._judge.model,
                messages=conversation.turns,
                temperature=0,
                seed=0,
                max_completion_tokens=conversation.tokens,
                timeout=timeout if self._breaker.ever_answered else min(timeout, _FIRST_TIMEOUT_SECONDS),
                **({"response_format": form} if form else {}),
            )
        except Exception as error:  # noqa: BLE001 (classify raises what is none of the client's)
            problem = classify(error)
            if isinstance(problem, OverloadedError):
                self._limit.rejected(problem.retry_after)
                self._breaker.answered()
            elif isinstance(problem, TransientError):
                self._breaker.failed()
            elif problem is None and form is not None:
                self._form_refused(form)
                return await self._send(conversation)
            elif problem is None:
                return None, Cause.REJECTED
            raise problem from None
        if not hasattr(completion, "choices"):  # a proxy's page with status 200
            self._breaker.failed()
            raise TransientError(Cause.SERVER_ERROR)
        self._breaker.answered()
        self._limit.succeeded()
        self._count(conversation, completion)
        return _content(completion)

    async def _keep_pace(self, conversation: _Conversation) -> None:
        requests, tokens = self._paces
        if requests is not None:
            await requests.take()
        if tokens is not None:
            chars = sum(len(turn["content"]) for turn in conversation.turns)
            await tokens.take(chars / _CHARS_PER_TOKEN + _TOKENS / 4)

    def _form_refused(self, form: dict[str, Any]) -> None:
        """Fall back to the next reply format, once for all workers."""
        if self._formats[0] is form:
            self._formats.pop(0)

    def _count(self, conversation: _Conversation, completion: Any) -> None:
        spent, usage = conversation.spent, getattr(completion, "usage", None)
        spent.served = getattr(completion, "model", None) or spent.served
        if usage is None:
            return
        tokens_in, tokens_out = usage.prompt_tokens or 0, usage.completion_tokens or 0
        spent.input_tokens += tokens_in
        spent.output_tokens += tokens_out
        details = getattr(usage, "prompt_tokens_details", None)
        cached = getattr(details, "cached_tokens", None) or 0
        own = self._bench.prices.get(self._judge.model)
        cost = (
            own.cost_usd(tokens_in, tokens_out, cached)
            if own
            else cost_usd(self._judge.model, tokens_in, tokens_out, self._bench.now())
        )
        if cost is not None:
            spent.cost = (spent.cost or 0.0) + cost
            self._spent_usd += cost

    def _closed(self, conversation: _Conversation, reading: Reading) -> Judgment:
        request, spent = conversation.request, conversation.spent
        has_context = bool(request.interaction.context)
        return Judgment(
            key=request.key,
            content=request.content,
            scores=self._rubric.scores(reading.levels, has_context=has_context) if reading.cause is None else {},
            criteria=reading.levels,
            reason=reading.reason,
            cause=reading.cause,
            rubric=f"{self._rubric.name}:{self._rubric.version}",
            judge_model=self._judge.model,
            served_model=spent.served,
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            calls=spent.calls,
            cost_usd=spent.cost,
            flags=request.flags,
            judged_at=self._bench.now(),
        )


def _content(completion: Any) -> tuple[str | None, Cause | None]:
    if not completion.choices:
        return None, Cause.EMPTY
    choice = completion.choices[0]
    if getattr(choice.message, "refusal", None):
        return None, Cause.REFUSED
    if choice.finish_reason == "content_filter":
        return None, Cause.FILTERED
    if choice.finish_reason == "length":
        return None, Cause.TRUNCATED
    return choice.message.content, None


_back_off = wait_random_exponential(multiplier=0.4, max=8.0)


def _wait(state: RetryCallState) -> float:
    """Wait as long as the endpoint asks, else exponentially longer with full jitter."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, OverloadedError) and error.retry_after is not None:
        return min(error.retry_after, 30.0) + random.uniform(0.0, 0.5)  # noqa: S311 (jitter, no secret)
    return _back_off(state)
