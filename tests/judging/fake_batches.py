"""Files and batches of the judge on loopback, as far as a client needs them."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Reply = tuple[int, Any]


@dataclass
class FakeBatches:
    """The batch endpoint and what it was asked.

    Attributes:
        takes_s: From creation to the end.
        expires: Whether a line expires, by the how-manieth batch (from 0) and its position in it.
        fails: Whether batches are refused as a whole.
        answered: How often each line was answered, by what it says.
    """

    takes_s: float = 0.0
    expires: Callable[[int, int], bool] = lambda batch, line: False
    fails: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, method: str, path: str, body: bytes, answer: Callable[[dict[str, Any]], Any]) -> Reply | bytes:
        """Answer one request: (status, JSON), or a file's bytes."""
        parts = path.split("?", maxsplit=1)[0].strip("/").split("/")[1:]
        with self.lock:
            if parts[0] == "files" and method == "POST":
                name = self._file(_uploaded(body))
                return 200, {"id": name, "object": "file", "bytes": 1, "created_at": 0, "filename": "f",
                             "purpose": "batch", "status": "processed"}  # fmt: skip
            if parts[0] == "files":
                return self.files[parts[1]]
            if method == "POST" and len(parts) == 1:
                return 200, self._create(json.loads(body))
            if len(parts) == 1:
                return 200, {"object": "list", "data": list(self.batches.values()), "has_more": False}
            batch = self.batches.get(parts[1])
            if batch is None:
                return 404, {"error": {"message": "no such batch", "type": "t", "code": None, "param": None}}
            if method == "POST":
                batch["status"] = "cancelled"
            elif batch["status"] == "in_progress" and time.monotonic() >= batch["ready_at"]:
                self._finish(batch, answer)
            return 200, batch

    def _create(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = f"batch_{uuid.uuid4().hex}"
        self.batches[name] = {
            "id": name, "object": "batch", "endpoint": asked["endpoint"], "input_file_id": asked["input_file_id"],
            "completion_window": "24h", "created_at": 0, "metadata": asked.get("metadata"), "number": len(self.batches),
            "status": "failed" if self.fails else "in_progress", "ready_at": time.monotonic() + self.takes_s,
            "output_file_id": None, "error_file_id": None,
        }  # fmt: skip
        return self.batches[name]

    def _finish(self, batch: dict[str, Any], answer: Callable[[dict[str, Any]], Any]) -> None:
        done, undone = [], []
        for at, line in enumerate(self.files[batch["input_file_id"]].splitlines()):
            asked = json.loads(line)
            if self.expires(batch["number"], at):
                error = {"code": "batch_expired", "message": "expired"}
                undone.append({"id": "r", "custom_id": asked["custom_id"], "response": None, "error": error})
                continue
            self.answered[asked["custom_id"]] += 1
            response = {"status_code": 200, "request_id": "r", "body": answer(asked["body"])}
            done.append({"id": "r", "custom_id": asked["custom_id"], "response": response, "error": None})
        batch["status"] = "expired" if undone else "completed"
        # In any order: the last line first.
        for name, lines in (("output_file_id", done[::-1]), ("error_file_id", undone)):
            if lines:
                batch[name] = self._file(b"\n".join(json.dumps(line).encode() for line in lines))

    def _file(self, content: bytes) -> str:
        name = f"file-{uuid.uuid4().hex}"
        self.files[name] = content
        return name


def _uploaded(body: bytes) -> bytes:
    """Return the file of a multipart form."""
    boundary = body.split(b"\r\n", 1)[0]
    parts = [part.partition(b"\r\n\r\n") for part in body.split(boundary)]
    return next(content for head, _, content in parts if b"filename=" in head).removesuffix(b"\r\n")
