"""A judge on loopback in a process of its own, quick enough to leave the engine the bottleneck; it keeps a rate limit.

It answers chat completions after a fixed time with a reply that depends on the message alone, and counts: what it was
asked, what it turned away, how often the same message was answered twice.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How the endpoint behaves.

    Attributes:
        latency_ms: Time to answer.
        rps: Requests a second beyond which it answers 429; 0: any.
        burst: What may come at once, in requests.
        tells: Whether it names its limits in `x-ratelimit-*` headers.
        faults: Share of requests, by fault: `500`, `429`, `broken`, `truncated`, `refusal`, `drop`, `slow`.
    """

    latency_ms: float = 0.0
    rps: float = 0.0
    burst: float = 10.0
    tells: bool = False
    faults: dict[str, float] = field(default_factory=dict)


@dataclass
class _State:
    behaviour: Behaviour
    tokens: float = 0.0
    filled: float = 0.0
    answered: Counter[int] = field(default_factory=Counter)
    asked: Counter[int] = field(default_factory=Counter)
    rejected: list[float] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def admitted(self) -> bool:
        """Whether the limit lets one more through now: a bucket that fills evenly."""
        now = time.monotonic()
        rate = self.behaviour.rps
        if not rate:
            return True
        self.tokens = min(self.behaviour.burst, self.tokens + (now - self.filled) * rate)
        self.filled = now
        if self.tokens < 1.0:
            self.rejected.append(now - self.began)
            return False
        self.tokens -= 1.0
        return True

    def fault(self, key: int) -> str | None:
        """Name the fault of this request: decided by message and attempt, so that runs repeat."""
        self.asked[key] += 1
        draw = zlib.crc32(f"{key}/{self.asked[key]}".encode()) / 2**32
        for name, share in self.behaviour.faults.items():
            if draw < share:
                return name
            draw -= share
        return None


class _Answering(asyncio.Protocol):
    """HTTP/1.1 with kept-alive connections, as little of it as a client needs."""

    def __init__(self, state: _State) -> None:
        self._state = state
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._back: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._received) < end + 4 + length:
                return
            body = self._received[end + 4 : end + 4 + length]
            self._received = self._received[end + 4 + length :]
            if head.startswith(b"get"):
                self._send(200, self._counts())
            else:
                self._answer(body)

    def _answer(self, body: bytes) -> None:
        state, behaviour = self._state, self._state.behaviour
        if not state.admitted():
            self._send(429, _error("rate_limit_exceeded"), b"Retry-After: 1\r\n" if behaviour.tells else b"")
            return
        # The message is what follows the fixed instructions; a later turn, if there is one, belongs to it.
        user = body.rfind(b'"role":"user","content":"{')
        user = user if user >= 0 else body.find(b'"role":"user"')
        key = zlib.crc32(body[user : user + 600])
        fault = state.fault(key)
        seconds = behaviour.latency_ms / 1000 + (3.0 if fault == "slow" else 0.0)
        asyncio.get_running_loop().call_later(seconds, self._finish, key, fault)

    def _finish(self, key: int, fault: str | None) -> None:
        if self._back.is_closing():
            return
        if fault == "drop":
            self._back.abort()
        elif fault == "500":
            self._send(500, _error("server_error"))
        elif fault == "429":
            self._send(429, _error("rate_limit_exceeded"), b"Retry-After: 0\r\n")
        else:
            self._state.answered[key] += 1
            headers = b""
            if self._state.behaviour.tells:
                behaviour, left = self._state.behaviour, int(self._state.tokens)
                headers = (
                    b"x-ratelimit-limit-requests: %d\r\nx-ratelimit-remaining-requests: %d\r\n"
                    b"x-ratelimit-reset-requests: %dms\r\n"
                    % (behaviour.burst, left, 1000 * (behaviour.burst - left) / behaviour.rps)
                )
            self._send(200, _completion(key, fault), headers)

    def _counts(self) -> bytes:
        state = self._state
        counts = {
            "asked": sum(state.asked.values()),
            "answered": sum(state.answered.values()),
            "answered_twice": sum(n - 1 for n in state.answered.values()),
            "rejected": state.rejected,
        }
        return json.dumps(counts).encode()

    def _send(self, status: int, body: bytes, headers: bytes = b"") -> None:
        self._back.write(
            b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s"
            % (status, len(body), headers, body)
        )


def _error(code: str) -> bytes:
    return json.dumps({"error": {"message": "no", "type": code, "code": code, "param": None}}).encode()


def _completion(key: int, fault: str | None) -> bytes:
    levels = {name: 1 + (key >> shift) % 5 for name, shift in (("correctness", 3), ("groundedness", 7))}
    content: str | None = json.dumps({"reason": "Two of three facts stand in the context. " * 4} | levels
                                     | {"helpfulness": 1 + (key >> 11) % 5, "toxicity": 1})  # fmt: skip
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": None}
    finish = "stop"
    if fault == "broken":
        message["content"] = '{"reason": '
    elif fault == "truncated":
        message["content"], finish = '{"reason": "cut', "length"
    elif fault == "refusal":
        message |= {"content": None, "refusal": "I cannot"}
    return json.dumps(
        {
            "id": "c",
            "object": "chat.completion",
            "created": 0,
            "model": "gpt-4o-mini-2024-07-18",
            "system_fingerprint": "fp_1",
            "choices": [{"index": 0, "finish_reason": finish, "message": message, "logprobs": None}],
            "usage": {"prompt_tokens": 700, "completion_tokens": 60, "total_tokens": 760},
        }
    ).encode()


@dataclass(frozen=True)
class Running:
    """A running endpoint.

    Attributes:
        url: Base address for the client.
    """

    url: str

    def counts(self) -> dict[str, Any]:
        """Return what it was asked and what it turned away, with the seconds since its start."""
        with urllib.request.urlopen(f"{self.url}/stats") as answer:
            counts: dict[str, Any] = json.load(answer)
        return counts


@contextmanager
def endpoint(behaviour: Behaviour = Behaviour()) -> Iterator[Running]:
    """Run it in a process of its own for as long as the context lasts."""
    command = [sys.executable, "-c", "from tests.bench.judging_endpoint import serve; serve()"]
    with subprocess.Popen([*command, json.dumps(asdict(behaviour))], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Running(f"http://127.0.0.1:{int(process.stdout.readline())}/v1")
        finally:
            process.terminate()


def serve() -> None:
    """Serve until terminated; the port stands on the first line of the output."""
    import uvloop

    state = _State(Behaviour(**json.loads(sys.argv[1])))
    state.tokens = state.behaviour.burst

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Answering(state), "127.0.0.1", 0, backlog=1024)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await server.serve_forever()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
