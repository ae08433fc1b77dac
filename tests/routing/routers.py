"""Routers on loopback: one's own behind a webhook, and the REST face of an MLflow AI Gateway; both can misbehave."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "a secret shared with the router"


@cache
def documented() -> Callable[[Mapping[str, str], bytes, bytes], bool]:
    """The verification of a request as the README tells receivers to write it."""
    text = (Path(__file__).parents[2] / "README.md").read_text()
    example = re.search(r"```python\n(import hashlib.*?)```", text, re.DOTALL)
    assert example is not None
    names: dict[str, Any] = {}
    exec(example[1], names)
    return names["genuine"]


@dataclass
class Router:
    """What it serves, and how it misbehaves.

    Attributes:
        serving: Name of the release, or id of the model definition.
        shares: What the others get, by name or id.
        fault: `down` answers 503, `flaky` every second time, `lies` accepts and does nothing, `times out` switches and
            then answers 503, `page` answers 200 with what is no object.
        split: What it was told to assign by.
        keys: Idempotency keys of the switches that took place.
        credentials: What the last request to the gateway came with.
        plan: Id of the plan of replicas it follows.
        scaled: Orders to scale that took place.
    """

    url: str = ""
    serving: str = "2"
    fault: str = ""
    shares: dict[str, float] = field(default_factory=dict)
    split: dict = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    requests: int = 0
    credentials: str | None = None
    plan: str | None = None
    scaled: list[dict] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, object]:
        """Answer a request."""
        self.requests += 1
        if self.fault == "down" or (self.fault == "flaky" and self.requests % 2):
            return 503, {}
        if self.fault == "page":
            return 200, "please log in"
        parts = urlsplit(handler.path)
        if parts.path.startswith("/api/3.0/mlflow/gateway/"):
            self.credentials = handler.headers["Authorization"]
            return self._gateway(parts.path.rsplit("gateway/", 1)[1], parse_qs(parts.query), body)
        return self._own(handler, body)

    def _own(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, object]:
        if not documented()(handler.headers, body, SECRET.encode()):
            return 401, {}
        if handler.command == "GET":
            return 200, {"release": None if self.shares else self.serving, "plan": self.plan}
        order = json.loads(body)
        key = handler.headers["Idempotency-Key"]
        if order["action"] == "scale":
            if key not in self.keys and self.fault != "lies":
                self.plan = order["plan"]
                self.keys.append(key)
                self.scaled.append(order)
        elif key not in self.keys:
            if order["expected"] not in {self.serving, *self.shares}:
                return 409, {}
            if order["action"] == "split" and self.fault == "lies":
                self.keys.append(key)
            elif order["action"] == "split":
                self.shares = {order["release"]: order["share"]}
                self.split = {name: order[name] for name in ("salt", "unit", "shares")}
            else:
                self._switch(order["release"], key)
        return (503 if self.fault == "times out" else 200), {}

    def _gateway(self, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, object]:
        if path == "model-definitions/list":
            return 200, {
                "model_definitions": [
                    {"model_definition_id": name, "name": f"def-{name}", "model_name": f"m{name}"} for name in "123"
                ]
            }
        if path == "endpoints/get":
            if query["name"] != ["chat"]:
                return 404, {}
            mapped = [{"model_definition_id": one} for one in (self.serving, *self.shares)]
            return 200, {"endpoint": {"endpoint_id": "e1", "model_mappings": mapped}}
        if path != "endpoints/update":
            return 404, {}
        order = json.loads(body)
        first, *others = order["model_configs"]
        self._switch(first["model_definition_id"], path)
        self.shares = {one["model_definition_id"]: one["weight"] for one in others}
        return (503 if self.fault == "times out" else 200), {}

    def _switch(self, to: str, key: str) -> None:
        if self.fault != "lies":
            self.serving, self.shares = to, {}
            self.keys.append(key)


@contextmanager
def routing() -> Iterator[Router]:
    """Run a router until the end of the block."""
    state = Router()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            status, found = state.answer(self, body)
            text = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
