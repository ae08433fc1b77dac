"""Rows and files for the tests of sources."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 6, 1, tzinfo=UTC)
END = START + timedelta(days=1)


def row(number: int = 0, **changes: Any) -> dict[str, Any]:
    """Return a good row, one a minute; a change to `...` takes the key away."""
    good: dict[str, Any] = {
        "interaction_id": f"i{number}",
        "timestamp": (START + timedelta(minutes=number)).isoformat(),
        "service": "bot",
        "release": "1",
        "model": "gpt-4o-mini",
        "prompt": f"question {number}?",
        "response": f"answer {number}.",
        "context": None,
        "input_tokens": 10,
        "output_tokens": 5,
        "latency_ms": 100.5,
        "feedback": None,
    } | changes
    return {key: value for key, value in good.items() if value is not ...}


def write(file: Path, rows: list[Any]) -> Path:
    """Write rows as JSON lines; text and bytes are written as they stand."""
    lines = [
        line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
        for line in rows
    ]
    content = b"".join(line + b"\n" for line in lines)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)
    return file
