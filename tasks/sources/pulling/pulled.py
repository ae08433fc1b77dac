"""What `pull` returns: of each (release, window) a sample and a summary, and what was put aside."""

from __future__ import annotations

from dataclasses import dataclass, field

from tasks.domain.interaction import Interaction
from tasks.domain.report import Intake
from tasks.domain.summary import WindowSummary
from tasks.domain.window import Window
from tasks.sources.quarantine import QuarantinedRow

NO_RELEASE = "no release"
"""Cause of a row that names no release while none is known to have been live."""

ReleaseWindow = tuple[str, Window]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowIntake:
    """What was taken in of one (release, window).

    Attributes:
        release: The release.
        window: The window.
        sample: The interactions to judge, in the order of time; their texts are all that is kept.
        measured: The summary without its judged parts.
    """

    release: str
    window: Window
    sample: tuple[Interaction, ...]
    measured: WindowSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What was taken in of all windows asked for.

    Attributes:
        intakes: By window, then by when the release was first seen; only where a row was accepted.
        intake: Totals of the windows asked for.
        counts: Accepted rows of each (release, window), also of the windows looked back on: more than were counted
            when a window was evaluated means that rows came late.
        quarantined_rows: The first 10,000 rows put aside.
        unassigned: Rows that name no release while none is known to have been live; they are quarantined.
        others: Rows of other services in the windows asked for, by the first hundred names.
    """

    intakes: tuple[WindowIntake, ...]
    intake: Intake
    counts: dict[ReleaseWindow, int]
    quarantined_rows: tuple[QuarantinedRow, ...]
    unassigned: int
    others: dict[str, int] = field(default_factory=dict)
