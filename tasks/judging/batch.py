"""The judge behind the endpoint's batch API: half the price, minutes to hours; a crash resumes with the same batch.

A batch is kept in the store before it is sent and until its answers are in the ledger, so nothing is paid twice. Lines
that expired or failed are sent again alone; past the deadline, or after some attempts, the rest is asked in chat mode.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tasks.domain.interaction import Interaction
from tasks.domain.judge_batch import BatchLine, JudgeBatch
from tasks.domain.judgment import Cause
from tasks.domain.window import parse_delay
from tasks.judging import wire
from tasks.judging.base import Bench
from tasks.judging.batch_api import FINAL, Answer, BatchApi
from tasks.judging.chat import judge_all
from tasks.judging.conversation import TOKENS, TOKENS_AT_MOST, Conversation
from tasks.judging.identity import endpoint_hash
from tasks.judging.reply import MISFITS, Reading, read_reply
from tasks.judging.request import JudgeRequest, messages
from tasks.judging.responses import FatalError, TransientError
from tasks.judging.running import client_of, run
from tasks.judging.spending import BATCH_DISCOUNT, Spending, beyond_budget

_LINES = 10_000
"""Of one batch at most: some 100 MB at the longest texts; the endpoint takes 50,000 lines and 200 MB."""

_ATTEMPTS = 3
"""Batches for one line; what fails three times is asked in chat mode, where each cause is seen at once."""

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS, _SLOWER = 0.5, 60.0, 1.5
_CANCEL_SECONDS = 600.0
"""How long a cancelled batch may take to say what it did before."""


def batch(requests: Sequence[JudgeRequest], bench: Bench) -> None:
    """Judge every request through the batch API; returns when each has a committed judgment."""
    run(lambda: _judge_all(requests, bench))


async def _judge_all(requests: Sequence[JudgeRequest], bench: Bench) -> None:
    waiting = {request.key: request for request in requests}
    endpoint = endpoint_hash(bench.judge, bench.api_key)
    async with client_of(bench) as client:
        engine = _Engine(BatchApi(client), bench, waiting)
        try:
            under_way = [one for one in bench.batches.open(endpoint) if any(line.key in waiting for line in one.lines)]
            sent = {line.key for one in under_way for line in one.lines}
            fresh = [request for key, request in waiting.items() if key not in sent]
            for request in beyond_budget(fresh, bench):
                engine.close(request, Reading({}, cause=Cause.BUDGET))
            lines = [_line(request) for request in fresh if request.key in waiting]
            under_way += [
                JudgeBatch(
                    token=secrets.token_hex(12), endpoint=endpoint, lines=tuple(lines[at : at + _LINES]), attempt=1,
                    began_at=bench.now(),
                )
                for at in range(0, len(lines), _LINES)
            ]  # fmt: skip
            async with asyncio.TaskGroup() as group:
                for one in under_way:
                    group.create_task(engine.through(one))
        except* (FatalError, TransientError) as errors:
            # Batches that were sent stay open in the store: the next run fetches them.
            cause = _first_cause(errors)
            for request in list(waiting.values()):
                engine.close(request, Reading({}, cause=cause))
    if waiting:
        await judge_all(list(waiting.values()), replace(bench, spent_usd=engine.spent_usd))


class _Engine:
    """Brings batches through; what is left in `waiting` at the end is for the chat.

    Args:
        api: The endpoint.
        bench: What the judge works with.
        waiting: Requests without a judgment, by key; each is taken out once it has one.
    """

    def __init__(self, api: BatchApi, bench: Bench, waiting: dict[str, JudgeRequest]) -> None:
        self._api = api
        self._bench = bench
        self._waiting = waiting
        self._spending = Spending(bench)
        self._deadline = parse_delay(bench.judge.batch_deadline)

    @property
    def spent_usd(self) -> float:
        """What judging cost today, this run included."""
        return self._spending.spent_usd

    async def through(self, one: JudgeBatch) -> None:
        """Send a batch, wait for it, keep its answers; then the same with the lines that need another try."""
        current: JudgeBatch | None = one
        while current is not None:
            current = await self._once(current)

    async def _once(self, one: JudgeBatch) -> JudgeBatch | None:
        if one.batch_id is None:
            one = await self._sent(one)
        assert one.batch_id is not None
        over = one.began_at + self._deadline
        status = await self._over(one.batch_id, over)
        answers = await self._api.answers(status)
        again = self._kept(one, answers)
        in_time = self._bench.now() < over and one.attempt < _ATTEMPTS and status.status != "failed"
        following = None
        if again and in_time:
            token, attempt = secrets.token_hex(12), one.attempt + 1
            following = JudgeBatch(
                token=token, endpoint=one.endpoint, lines=again, attempt=attempt, began_at=one.began_at
            )
            self._bench.batches.keep(following)
        self._bench.batches.close(one.token)
        return following

    async def _sent(self, one: JudgeBatch) -> JudgeBatch:
        """Upload and create a batch, unless a crash or a lost answer hid that it was created before."""
        known = any(kept.token == one.token for kept in self._bench.batches.open(one.endpoint))
        self._bench.batches.keep(one)
        batch_id = await self._api.find(one.token) if known else None
        if batch_id is None:
            lines = b"\n".join(self._request(line, one.attempt) for line in one.lines if line.key in self._waiting)
            batch_id = await self._api.create(lines, one.token)
        one = JudgeBatch(
            token=one.token, endpoint=one.endpoint, lines=one.lines, attempt=one.attempt, began_at=one.began_at,
            batch_id=batch_id,
        )  # fmt: skip
        self._bench.batches.keep(one)
        return one

    def _request(self, line: BatchLine, attempt: int) -> bytes:
        judge, rubric = self._bench.judge, self._bench.rubric
        turns = messages(self._waiting[line.key].interaction, rubric)
        tokens = TOKENS if attempt == 1 else TOKENS_AT_MOST
        body = wire.fields(judge.model, turns, tokens, wire.forms(rubric)[0])
        return wire.encode({"custom_id": line.key, "method": "POST", "url": f"/v1{wire.PATH}", "body": body})

    async def _over(self, batch_id: str, deadline: datetime) -> Answer:
        """Wait until a batch is over; past the deadline it is cancelled, and what it did until then counts."""
        pause, cancelled_for = _FIRST_PAUSE_SECONDS, 0.0
        while True:
            status = await self._api.status(batch_id)
            if status.status in FINAL or cancelled_for > _CANCEL_SECONDS:
                return status
            if self._bench.now() >= deadline:
                if not cancelled_for:
                    await self._api.cancel(batch_id)
                cancelled_for += pause
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE_SECONDS, pause * _SLOWER)

    def _kept(self, one: JudgeBatch, answers: dict[str, wire.Completion | None]) -> tuple[BatchLine, ...]:
        """Keep what was answered; returns the lines that need another try."""
        missing = [line.key for line in one.lines if line.key not in self._waiting]
        known = self._bench.find(missing) if missing else {}
        again = []
        for line in one.lines:
            if line.key in known:
                continue
            completion = answers.get(line.key)
            if completion is None:
                again.append(line)
                continue
            request = self._waiting.get(line.key) or _resumed(line, one)
            conversation = Conversation(request)
            conversation.spent.calls = 1
            conversation.spent.add(completion, self._spending.cost(completion.usage, BATCH_DISCOUNT))
            text, cause = wire.said(completion)
            reading = (
                Reading({}, cause=cause)
                if cause
                else read_reply(text, self._bench.rubric, has_context=line.has_context)
            )
            if reading.cause in MISFITS or reading.cause is Cause.TRUNCATED:
                again.append(line)
                self._bench.waste(conversation.closed(reading, self._bench))
                continue
            self._bench.commit(conversation.closed(reading, self._bench))
            self._waiting.pop(line.key, None)
        return tuple(line for line in again if line.key in self._waiting)

    def close(self, request: JudgeRequest, reading: Reading) -> None:
        """Commit a judgment that no batch gave."""
        self._bench.commit(Conversation(request).closed(reading, self._bench))
        self._waiting.pop(request.key, None)


def _line(request: JudgeRequest) -> BatchLine:
    return BatchLine(request.key, request.content, bool(request.interaction.context), request.flags)


def _resumed(line: BatchLine, one: JudgeBatch) -> JudgeRequest:
    """Return a request for an answer that was paid before a crash and that this run did not ask for."""
    context = "a context" if line.has_context else None
    stand_in = Interaction(interaction_id=line.key, timestamp=one.began_at, context=context)
    return JudgeRequest(line.key, line.content, stand_in, line.flags)


def _first_cause(errors: BaseExceptionGroup) -> Cause:
    first: BaseException = errors
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    assert isinstance(first, FatalError | TransientError)
    return first.cause if isinstance(first, FatalError) else Cause.UNAVAILABLE
