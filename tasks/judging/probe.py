"""Whether a judge answers at all: one small request, before thousands are sent."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from tasks.domain.judgment import Cause
from tasks.domain.settings.judging import Judge
from tasks.judging import wire
from tasks.judging.base import Bench
from tasks.judging.responses import FatalError, TransientError, classify
from tasks.judging.rubrics import DEFAULT
from tasks.judging.running import client_of, run

_PATIENCE_SECONDS = 20.0
_TOKENS = 16
_ASKED = [{"role": "user", "content": "Answer with OK."}]


@dataclass(frozen=True, slots=True)
class Silence:
    """A judge that cannot be used as it is.

    Attributes:
        address: Of its endpoint, without what may be secret in it.
        words: What is wrong, such as `does not answer (connection refused)`.
        cause: The same as judgments have it.
    """

    address: str
    words: str
    cause: Cause


def probe(judge: Judge, api_key: str | None) -> Silence | None:
    """Ask a judge for one word; None when it answers, also that it is busy or wants another form of request.

    Args:
        judge: Its settings.
        api_key: The endpoint's key.
    """
    found: list[Silence | None] = []
    bench = Bench(judge=judge, rubric=DEFAULT, commit=lambda _: None, now=_no_clock, api_key=api_key)

    async def ask() -> None:
        found.append(await _ask(bench))

    run(ask)
    return found[0]


async def _ask(bench: Bench) -> Silence | None:
    import httpx2

    judge, address = bench.judge, _address(bench.judge)
    async with client_of(bench) as client:
        try:
            response = await client.post(
                wire.PATH,
                content=wire.encode(wire.fields(judge.model, _ASKED, _TOKENS, None)),
                cast_to=httpx2.Response,
                options={"timeout": min(judge.timeout_seconds, _PATIENCE_SECONDS)},
            )
        except Exception as error:  # noqa: BLE001 (classify raises what is none of the client's)
            return _silence(judge, address, error)
    if wire.decode(response.content) is None:
        return Silence(address, "answers with something else than a chat completion", Cause.SERVER_ERROR)
    return None


def _silence(judge: Judge, address: str, error: Exception) -> Silence | None:
    problem = classify(error)
    if not isinstance(problem, TransientError | FatalError) or problem.cause is Cause.RATE_LIMITED:
        return None
    status = getattr(error, "status_code", None)
    words = {
        Cause.UNAUTHORIZED: f"refuses the key ({status})",
        Cause.QUOTA: "says the quota is used up",
        Cause.UNAVAILABLE: f"has no model {judge.model!r}, or is not at this address ({status})",
        Cause.SERVER_ERROR: f"fails ({status})" if status else "gives no usable answer",
    }
    return Silence(
        address, words.get(problem.cause, f"does not answer ({_why(error) or problem.cause})"), problem.cause
    )


def _why(error: BaseException) -> str:
    """Return what the system said of a connection, such as `connection refused`; empty where it said nothing.

    The transport takes a host that cannot be reached for one that is late.
    """
    cause: BaseException | None = error
    while cause is not None:
        number = getattr(cause, "errno", None)
        if isinstance(number, int):
            # What resolves names has numbers of its own, below 0.
            return os.strerror(number).lower() if number > 0 else "no such host"
        cause = cause.__cause__ or cause.__context__
    return ""


def _address(judge: Judge) -> str:
    """Return the endpoint's address without account and query."""
    parts = urlsplit(judge.base_url or os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1")
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _no_clock() -> datetime:
    raise AssertionError("a probe is no judgment")
