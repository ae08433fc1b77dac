"""A judge on loopback: a real HTTP server that speaks the chat completions protocol and misbehaves on request."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.judging.fake_batches import FakeBatches

GOOD = {"reason": "fine", "correctness": 5, "groundedness": 5, "helpfulness": 4, "toxicity": 1}


@dataclass
class Behaviour:
    """What the server does with a request.

    Attributes:
        fault: Names the fault for the k-th request (from 0) with this user message, or None.
        latency_s: Time to answer.
        accepts: Reply formats it understands.
        per_second: More requests a second than this are answered with 429; None: any.
        levels: What it replies to a user message, beside a reason.
        model: How it names itself.
    """

    fault: Callable[[int, str], str | None] = lambda k, text: None
    latency_s: float = 0.0
    accepts: tuple[str, ...] = ("json_schema", "json_object", "text")
    per_second: float | None = None
    levels: Callable[[str], dict[str, int]] = lambda text: {}
    model: str = "served-model"


@dataclass
class FakeJudge:
    """A running server and what it saw."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    seen: Counter[str] = field(default_factory=Counter)
    requests: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    rejected: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    batches: FakeBatches = field(default_factory=FakeBatches)

    def start(self) -> FakeJudge:
        """Listen on a free port."""
        judge = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                if "/chat/" in self.path:
                    judge._answer(self)
                else:
                    judge._batched(self, self.rfile.read(int(self.headers.get("Content-Length") or 0)))

            def do_GET(self) -> None:
                judge._batched(self, b"")

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()
        return self

    def stop(self) -> None:
        """Close the port."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def url(self) -> str:
        """Base address for the client."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def _answer(self, http: BaseHTTPRequestHandler) -> None:
        body = json.loads(http.rfile.read(int(http.headers["Content-Length"])))
        user = next(m["content"] for m in body["messages"] if m["role"] == "user")
        now = time.monotonic()
        with self.lock:
            nth = self.seen[user]
            self.seen[user] += 1
            self.requests.append(body)
            recent = sum(now - moment < 1.0 for moment in self.times[-2000:])
            over = self.behaviour.per_second is not None and recent >= self.behaviour.per_second
            if over:
                self.rejected += 1
            else:
                self.times.append(now)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.behaviour.latency_s:
                time.sleep(self.behaviour.latency_s)
            self._send(http, body, "429" if over else self.behaviour.fault(nth, user))
        finally:
            with self.lock:
                self.in_flight -= 1

    def _send(self, http: BaseHTTPRequestHandler, body: dict[str, Any], fault: str | None) -> None:
        form = body.get("response_format", {}).get("type", "text")
        if fault == "drop":
            http.close_connection = True
            http.connection.shutdown(socket.SHUT_RDWR)
            return
        if fault == "hang":
            time.sleep(30)
            return
        refused = form if form not in self.behaviour.accepts else None
        user = next(m["content"] for m in body["messages"] if m["role"] == "user")
        good = GOOD | self.behaviour.levels(user)
        status, payload, headers = _reply(fault, refused, body, good, self.behaviour.model)
        _write(http, status, payload, headers)

    def _batched(self, http: BaseHTTPRequestHandler, body: bytes) -> None:
        def answer(asked: dict[str, Any]) -> Any:
            user = next(m["content"] for m in asked["messages"] if m["role"] == "user")
            good = GOOD | self.behaviour.levels(user)
            return _reply(self.behaviour.fault(0, user), None, asked, good, self.behaviour.model)[1]

        found = self.batches.handle(http.command, http.path, body, answer)
        status, payload = found if isinstance(found, tuple) else (200, found)
        _write(http, status, payload, {})


def _write(http: BaseHTTPRequestHandler, status: int, payload: Any, headers: dict[str, str]) -> None:
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    http.send_response(status)
    for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(text))} | headers).items():
        http.send_header(name, value)
    http.end_headers()
    http.wfile.write(text)


class _Server(ThreadingHTTPServer):
    """With room for all connections of a client at once: a refused one is tried again after seconds."""

    daemon_threads = True
    request_queue_size = 512


def _reply(
    fault: str | None, refused_form: str | None, body: dict[str, Any], good: dict[str, Any], model: str
) -> tuple[int, Any, dict[str, str]]:
    error = {"error": {"message": "no", "type": "t", "code": None, "param": None}}
    if refused_form:
        return 400, error, {}
    if fault in {"500", "503", "400", "401", "404"}:
        return int(fault), error, {}
    if fault == "429":
        return 429, error, {"Retry-After": "0.05"}
    if fault == "quota":
        return 429, {"error": error["error"] | {"code": "insufficient_quota"}}, {}
    if fault == "html":
        return 200, b"<html>bad gateway</html>", {"Content-Type": "text/html"}
    content: str | None = json.dumps(good)
    finish, refusal = "stop", None
    spoiled = {
        "broken": "{'reason': ",
        "fenced": f"Here you are:\n```json\n{json.dumps(GOOD)}\n```",
        "empty": "",
        "range": json.dumps(GOOD | {"correctness": 9}),
        "type": json.dumps(GOOD | {"correctness": "five"}),
        "missing": json.dumps({name: level for name, level in GOOD.items() if name != "toxicity"}),
        "cannot": json.dumps(dict.fromkeys(GOOD) | {"reason": "no idea"}),
    }
    content = spoiled.get(fault or "", content)
    if fault == "refusal":
        content, refusal = None, "I cannot"
    if fault == "filter":
        finish = "content_filter"
    if fault == "length" or (fault == "short" and body["max_completion_tokens"] < 1000):
        content, finish = '{"reason": "cut', "length"
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return (
        200,
        {
            "id": "c",
            "object": "chat.completion",
            "created": 0,
            "model": model,
            "choices": [{"index": 0, "finish_reason": finish, "message": message}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        },
        {},
    )
