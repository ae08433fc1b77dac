"""Kinds of action in the store, each written in one place."""

from __future__ import annotations

from enum import StrEnum


class ActionKind(StrEnum):
    """What an action did, or was to do."""

    RELEASE = "release"
    ROLLBACK = "rollback"
    UNDO = "undo"
    PROMOTION = "promotion"
    MOVED_OUTSIDE = "moved_outside"
    SHARE = "share"
    SCALE = "scale"
    HOLD = "hold"
    SILENCE = "silence"
    INCIDENT = "incident"
    WATCH = "watch"
