"""What surrounds a window that is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tasks.decisions.drop import History
from tasks.domain.judge_shift import JudgeShift
from tasks.domain.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What surrounds the window that is decided.

    Attributes:
        window: Which one.
        history: This release's levels, this window included.
        others: Levels of the other releases that served the same windows.
        margins: The smallest drop that matters, by monitor.
        judge_shift: From the anchors, where they were judged again.
    """

    window: Window
    history: History
    others: Mapping[str, History] = field(default_factory=dict)
    margins: Mapping[str, float]
    judge_shift: JudgeShift | None = None
