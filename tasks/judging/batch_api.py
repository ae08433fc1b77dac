"""The batch endpoint: upload, create, look, cancel, fetch; each call tried again while the trouble may pass."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay
from tenacity.wait import wait_random_exponential

from tasks.domain.judgment import Cause
from tasks.judging.responses import FatalError, TransientError, classify
from tasks.judging.wire import Completion

if TYPE_CHECKING:
    from openai import AsyncOpenAI

FINAL = frozenset({"completed", "expired", "cancelled", "failed"})
_TOKEN = "plumbline"  # noqa: S105 (a name, no secret)
_TRYING_SECONDS = 40.0
"""A whole outage is to be reported within a minute."""

_PAGES = 10

Result = TypeVar("Result")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Where a batch stands, and in which files its answers are."""

    status: str
    output_file_id: str | None = None
    error_file_id: str | None = None


class _Response(msgspec.Struct, frozen=True):
    status_code: int
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Line(msgspec.Struct, frozen=True):
    custom_id: str
    response: _Response | None = None


class BatchApi:
    """The batch endpoint of a client.

    Args:
        client: Without retries of its own.
    """

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client

    async def create(self, lines: bytes, token: str) -> str:
        """Upload requests and create a batch under our token; returns its id.

        A creation whose answer was lost is looked for before it is tried again.
        """
        uploaded = await self._tried(
            lambda: self._client.files.create(file=("judgments.jsonl", lines), purpose="batch")
        )
        lost = False

        async def once() -> str:
            nonlocal lost
            if lost and (found := await self._found(token)):
                return found
            lost = True
            made = await self._client.batches.create(
                input_file_id=uploaded.id,
                endpoint="/v1/chat/completions",
                completion_window="24h",
                metadata={_TOKEN: token},
            )
            return made.id

        return await self._tried(once)

    async def find(self, token: str) -> str | None:
        """Return the id of the batch created under our token, or None."""
        return await self._tried(lambda: self._found(token))

    async def status(self, batch_id: str) -> Answer:
        """Return where a batch stands; one the endpoint no longer knows has failed."""
        import openai

        async def once() -> Answer:
            try:
                known = await self._client.batches.retrieve(batch_id)
            except openai.NotFoundError:
                return Answer(status="failed")
            return Answer(status=known.status, output_file_id=known.output_file_id, error_file_id=known.error_file_id)

        return await self._tried(once)

    async def cancel(self, batch_id: str) -> None:
        """Ask a batch to stop; one that is over by now stays as it is."""
        import openai

        async def once() -> None:
            try:
                await self._client.batches.cancel(batch_id)
            except (openai.BadRequestError, openai.ConflictError, openai.NotFoundError):
                return

        await self._tried(once)

    async def answers(self, batch: Answer) -> dict[str, Completion | None]:
        """Return the replies of a batch by line id; None for a line that failed."""
        found: dict[str, Completion | None] = {}
        for file in (batch.output_file_id, batch.error_file_id):
            if file is None:
                continue
            content = await self._tried(lambda file=file: self._client.files.content(file))  # type: ignore[misc]
            for raw in content.content.splitlines():
                if raw.strip():
                    name, completion = _read(raw)
                    if name is not None:
                        found[name] = completion
        return found

    async def _found(self, token: str) -> str | None:
        page = await self._client.batches.list(limit=100)
        for _ in range(_PAGES):
            for known in page.data:
                if (known.metadata or {}).get(_TOKEN) == token:
                    return known.id
            if not page.has_next_page():
                break
            page = await page.get_next_page()
        return None

    async def _tried(self, call: Callable[[], Awaitable[Result]]) -> Result:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(TransientError),
            stop=stop_after_delay(_TRYING_SECONDS),
            wait=wait_random_exponential(multiplier=0.4, max=8.0),
            reraise=True,
        ):
            with attempt:
                try:
                    return await call()
                except Exception as error:  # noqa: BLE001 (classify raises what is none of the client's)
                    raise classify(error) or FatalError(Cause.REJECTED) from None
        raise AssertionError("tenacity ends with a return or an exception")


_lines = msgspec.json.Decoder(_Line)
_completions = msgspec.json.Decoder(Completion)


def _read(raw: bytes) -> tuple[str | None, Completion | None]:
    """Return (line id, reply), the reply None where the line failed; (None, None) for no line at all."""
    line: Any = None
    try:
        line = _lines.decode(raw)
        if line.response is None or line.response.status_code != 200:
            return line.custom_id, None
        return line.custom_id, _completions.decode(line.response.body)
    except msgspec.DecodeError:
        return (line.custom_id, None) if line is not None else (None, None)
