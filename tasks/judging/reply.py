"""From the judge's words to levels, or to the cause why there are none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tasks.domain.judgment import Cause
from tasks.judging.rubrics import Rubric

_LONGEST_REASON = 2_000

MISFITS = frozenset({Cause.INVALID_JSON, Cause.MISSING_FIELD, Cause.OUT_OF_RANGE, Cause.WRONG_TYPE, Cause.EMPTY})
"""Causes that the judge may mend when asked once more."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A reply as it was read: levels and reason, or a cause."""

    levels: dict[str, float]
    reason: str = ""
    cause: Cause | None = None


def read_reply(text: str | None, rubric: Rubric, *, has_context: bool) -> Reading:
    """Read a reply: the last whole JSON object in it that names a criterion.

    A level that is missing, no number or out of range makes the whole reply unscored with that cause. Levels may be
    null ("cannot judge"), but not all that count towards one metric.
    """
    if not text or not text.strip():
        return Reading({}, cause=Cause.EMPTY)
    reply = _last_object(text, {criterion.name for criterion in rubric.criteria})
    if reply is None:
        return Reading({}, cause=Cause.INVALID_JSON)
    reason = reply.get("reason")
    reason = reason[:_LONGEST_REASON] if isinstance(reason, str) else ""
    levels: dict[str, float] = {}
    for criterion in rubric.criteria:
        if criterion.name not in reply:
            if criterion.needs_context and not has_context:
                continue
            return Reading({}, reason, Cause.MISSING_FIELD)
        level = _level(reply[criterion.name])
        if isinstance(level, Cause):
            return Reading({}, reason, level)
        if level is not None:
            levels[criterion.name] = level
    if set(rubric.scores(levels, has_context=has_context)) < {criterion.metric for criterion in rubric.criteria}:
        return Reading({}, reason, Cause.CANNOT_JUDGE)
    return Reading(levels, reason)


def _level(value: Any) -> float | Cause | None:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return Cause.WRONG_TYPE
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 (NaN)
        return Cause.WRONG_TYPE
    # Compared before it is made a float: JSON knows whole numbers that no float holds.
    return float(value) if 1 <= value <= 5 else Cause.OUT_OF_RANGE


def _last_object(text: str, names: set[str]) -> dict[str, Any] | None:
    """Return the last complete JSON object that holds one of the names; fences and chatter are passed over."""
    decoder = json.JSONDecoder()
    found, at = None, text.find("{")
    while at != -1:
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):  # no JSON, a number of thousands of digits, thousands of levels
            at = text.find("{", at + 1)
            continue
        if isinstance(value, dict) and names & value.keys():
            found = value
        at = text.find("{", end)
    return found
