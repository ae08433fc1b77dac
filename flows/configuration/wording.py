"""A service in a few lines: what matters most, then only what differs from the defaults."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from flows.configuration.checking import Checked

_WIDTH = 116
_SAID_ABOVE = ("service", "window", "policy.mode", "judge.provider", "judge.model")


def described(one: Checked) -> str:
    """Return a deployment in a few lines: name, flow and file; mode, judge, window and schedule; what differs."""
    flow = one.signature.flow.name if one.signature else one.stated.entrypoint
    heading = f"{one.stated.name}  ({flow}, {one.stated.file})"
    if one.effective is None or one.signature is None:
        return heading
    lines = [" · ".join(_matters(one)), *_wrapped(_differing(one))]
    return "\n".join([heading, *(f"    {line}" for line in lines if line)])


def _matters(one: Checked) -> list[str]:
    values = one.effective or {}
    words = []
    if "policy.mode" in values:
        words.append(f"mode {values['policy.mode']}")
    if "judge.provider" in values:
        model = f" {values['judge.model']}" if values["judge.provider"] != "heuristic" else ""
        words.append(f"judge {values['judge.provider']}{model}")
    if "window" in values:
        words.append(f"window {values['window']}")
    schedules = [schedule.words + ("" if schedule.active else " (off)") for schedule in one.schedules]
    started = schedules or [f"on event, by automation {name}" for name in one.triggers] or ["by hand"]
    return [*words, *started, *([] if not one.stated.config.get("paused") else ["paused"])]


def _differing(one: Checked) -> list[str]:
    if one.effective is None or one.signature is None:
        return []
    defaults = one.signature.defaults()
    service = one.effective.get("service")
    return [
        f"{path}={_short(value)}" + (f" ({_short(defaults[path])})" if defaults.get(path) not in (None, "") else "")
        for path, value in one.effective.items()
        if (path not in _SAID_ABOVE or (path == "service" and service != one.stated.name))
        and value != defaults.get(path, None if path in defaults else ...)
    ]


def _wrapped(words: list[str]) -> list[str]:
    # A value with blanks stays in one piece.
    glued = [word.replace(" ", "\0") for word in words]
    lines = textwrap.wrap("  ".join(glued), _WIDTH, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
