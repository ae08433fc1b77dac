"""The judge behind an OpenAI-compatible chat endpoint: one request an interaction, each answer kept before the next."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.wait import wait_random_exponential

from tasks.domain.judgment import Cause, Judgment
from tasks.judging import wire
from tasks.judging.base import Bench
from tasks.judging.conversation import TOKENS, TOKENS_AT_MOST, Conversation
from tasks.judging.learned_pace import LearnedPace
from tasks.judging.limits import AdaptiveLimit, Breaker, Pace
from tasks.judging.reply import MISFITS, Reading, read_reply
from tasks.judging.request import JudgeRequest, messages
from tasks.judging.responses import FatalError, OverloadedError, TransientError, classify
from tasks.judging.running import client_of, run
from tasks.judging.spending import CHARS_PER_TOKEN, Spending

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_ATTEMPTS = 6
_DEADLINE_SECONDS = 30.0
"""No retry begins later than this after the first attempt: a whole outage is to be reported within a minute."""

_PATIENCE_SECONDS = 60.0
"""The same for an endpoint that only asks for fewer requests."""

_FIRST_TIMEOUT_SECONDS = 30.0
"""Until the judge has answered once, a request that hangs is given up early, for the same reason."""

_LEAST_TIMEOUT_SECONDS, _SLOWER = 15.0, 4.0
"""Later it is given up after four times what the slowest answer took, or this."""

REPAIR = (
    "That was not one JSON object with exactly the fields asked for, each level a whole number from 1 to 5 or null. "
    "Reply again with that JSON object and nothing else."
)


def chat(requests: Sequence[JudgeRequest], bench: Bench) -> None:
    """Judge every request over the network; returns when each has a committed judgment."""
    run(lambda: judge_all(requests, bench))


async def judge_all(requests: Sequence[JudgeRequest], bench: Bench) -> None:
    """Judge every request in this event loop."""
    async with client_of(bench) as client:
        engine = _Engine(client, bench)
        waiting = iter(requests)
        if bench.cautious:
            await engine.work(itertools.islice(waiting, 1))
        workers = min(bench.judge.max_concurrency, len(requests))
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(engine.work(waiting))


class _Engine:
    """What all workers share: client, limits, breaker, and the reply format the endpoint understands."""

    def __init__(self, client: AsyncOpenAI, bench: Bench) -> None:
        self._client = client
        self._bench = bench
        self._judge = bench.judge
        self._rubric = bench.rubric
        self._limit = AdaptiveLimit(self._judge.max_concurrency)
        per_minute = self._judge.requests_per_minute
        self._learned = LearnedPace(per_minute / 60 if per_minute else None)
        self._paces = [
            Pace(per_minute) if per_minute else None
            for per_minute in (self._judge.requests_per_minute, self._judge.tokens_per_minute)
        ]
        self._breaker = Breaker()
        self._slowest = 0.0
        self._spending = Spending(bench)
        self._forms = wire.forms(bench.rubric)

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
        conversation = Conversation(request, turns=messages(request.interaction, self._rubric))
        if self._breaker.down is not None:
            return conversation.closed(Reading({}, cause=self._breaker.down), self._bench)
        try:
            reading = await self._converse(conversation)
        except FatalError as error:
            self._breaker.refused(error.cause)
            reading = Reading({}, cause=error.cause)
        except TransientError as error:
            reading = Reading({}, cause=self._breaker.down or error.cause)
        return conversation.closed(reading, self._bench)

    async def _converse(self, conversation: Conversation) -> Reading:
        """Ask, at most once more for a reply cut short, and once for a reply that does not fit."""
        has_context = bool(conversation.request.interaction.context)
        while True:
            text, cause = await self._ask(conversation)
            if cause is Cause.TRUNCATED and conversation.tokens < TOKENS_AT_MOST:
                conversation.tokens = TOKENS_AT_MOST
                continue
            reading = Reading({}, cause=cause) if cause else read_reply(text, self._rubric, has_context=has_context)
            if reading.cause not in MISFITS or conversation.repaired:
                return reading
            conversation.repaired = True
            answer = [{"role": "assistant", "content": text}] if text else []
            conversation.turns += [*answer, {"role": "user", "content": REPAIR}]

    async def _ask(self, conversation: Conversation) -> tuple[str | None, Cause | None]:
        """Send until answered: (text, None), or (None, cause) for an answer without text."""
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(TransientError),
            stop=_given_up,
            wait=_wait,
            reraise=True,
        ):
            with attempt:
                if self._breaker.down is not None:
                    raise FatalError(self._breaker.down)
                return await self._send(conversation)
        raise AssertionError("tenacity ends with a return or an exception")

    async def _send(self, conversation: Conversation) -> tuple[str | None, Cause | None]:
        asked = sum(len(turn["content"]) for turn in conversation.turns) / CHARS_PER_TOKEN
        if not await self._spending.allow(asked):
            raise FatalError(Cause.BUDGET)
        try:
            tokens = asked + TOKENS / 4
            await self._keep_pace(tokens)
            form = self._forms[0]
            try:
                response = await self._post(conversation, form)
            except Exception as error:  # noqa: BLE001 (classify raises what is none of the client's)
                problem = self._problem(error)
                if problem is not None:
                    raise problem from None
                if form is None:
                    return None, Cause.REJECTED
            else:
                completion = wire.decode(response.content)
                if completion is None:  # a proxy's page with status 200
                    self._breaker.failed()
                    raise TransientError(Cause.SERVER_ERROR)
                self._breaker.answered()
                self._limit.succeeded()
                self._learned.accepted(response.headers, self._limit.in_flight, tokens)
                conversation.spent.add(completion, self._spending.cost(completion.usage))
                return wire.said(completion)
        finally:
            self._spending.done()
        self._form_refused(form)
        return await self._send(conversation)

    async def _post(self, conversation: Conversation, form: dict[str, Any] | None) -> Any:
        import httpx2

        conversation.spent.calls += 1
        body = wire.fields(self._judge.model, conversation.turns, conversation.tokens, form)
        patience = (
            max(_LEAST_TIMEOUT_SECONDS, _SLOWER * self._slowest)
            if self._breaker.ever_answered
            else _FIRST_TIMEOUT_SECONDS
        )
        began = time.monotonic()
        response = await self._client.post(
            wire.PATH,
            content=wire.encode(body),
            cast_to=httpx2.Response,
            options={"timeout": min(self._judge.timeout_seconds, patience)},
        )
        self._slowest = max(self._slowest, time.monotonic() - began)
        return response

    def _problem(self, error: Exception) -> TransientError | FatalError | None:
        """Return what an error means for this request, and let limits and breaker know."""
        problem = classify(error)
        if isinstance(problem, OverloadedError):
            self._limit.rejected(problem.retry_after, slow_down=self._learned.rejected(time.monotonic()))
            self._breaker.answered()
        elif isinstance(problem, TransientError):
            self._breaker.failed()
        return problem

    async def _keep_pace(self, tokens_of_request: float) -> None:
        requests, tokens = self._paces
        if requests is not None:
            await requests.take()
        if tokens is not None:
            await tokens.take(tokens_of_request)
        await self._learned.take()

    def _form_refused(self, form: dict[str, Any] | None) -> None:
        """Fall back to the next reply format, once for all workers."""
        if self._forms[0] is form:
            self._forms.pop(0)


_back_off = wait_random_exponential(multiplier=0.4, max=8.0)


def _wait(state: RetryCallState) -> float:
    """Wait as long as the endpoint asks, else exponentially longer with full jitter."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, OverloadedError) and error.retry_after is not None:
        return min(error.retry_after, 30.0) + random.uniform(0.0, 0.5)  # noqa: S311 (jitter, no secret)
    return _back_off(state)


def _given_up(state: RetryCallState) -> bool:
    """Stop at the deadline; before it after some attempts, unless the endpoint only asks for patience."""
    error = state.outcome.exception() if state.outcome else None
    elapsed = state.seconds_since_start or 0.0
    if isinstance(error, OverloadedError):
        return elapsed >= _PATIENCE_SECONDS
    return elapsed >= _DEADLINE_SECONDS or state.attempt_number >= _ATTEMPTS
