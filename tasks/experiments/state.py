"""What a comparison remembers between windows; JSON, so that any store keeps it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from tasks.stats.paired_state import PairedState


class Outcome(StrEnum):
    """What a comparison comes to."""

    CONTINUE = "continue"
    PROMOTE = "promote"
    STOP = "stop"
    INCONCLUSIVE = "inconclusive"


class Tests(msgspec.Struct, frozen=True):
    """The tests of one metric.

    Attributes:
        worse: Rejects "the candidate is as good".
        not_worse: Rejects "the candidate is worse by the margin or more".
        better: Rejects "the candidate is no better".
    """

    worse: PairedState = PairedState()
    not_worse: PairedState = PairedState()
    better: PairedState = PairedState()


class Look(msgspec.Struct, frozen=True):
    """The primary metric after a window, for the picture of the interval over time."""

    end: datetime
    pairs: int
    estimate: float
    low: float
    high: float


class Decision(msgspec.Struct, frozen=True):
    """What the comparison says, and why; anything but `continue` stays."""

    outcome: Outcome = Outcome.CONTINUE
    reason: str = "no window yet"
    at: datetime | None = None

    @property
    def final(self) -> bool:
        """Whether it stays."""
        return self.outcome is not Outcome.CONTINUE


class ComparisonState(msgspec.Struct, frozen=True):
    """A comparison after some windows; replaced, never changed.

    Attributes:
        began: Start of the first window.
        ended: End of the last one.
        windows: Taken in, those without any pair included.
        tests: By metric.
        units: Seen of (control, candidate).
        seen: Keys of the sessions of (control, candidate); empty where each interaction is its own unit.
        crossed: Sessions that both releases served.
        contents: How often each judged content of (control, candidate) was seen.
        references: The control's quantiles of latency and cost, once known.
        learning: Its values until then.
        looks: The primary metric over time.
        decision: What all this comes to.
    """

    began: datetime | None = None
    ended: datetime | None = None
    windows: int = 0
    tests: dict[str, Tests] = {}
    units: tuple[int, int] = (0, 0)
    seen: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    crossed: int = 0
    contents: tuple[dict[str, int], dict[str, int]] = ({}, {})
    references: dict[str, float] = {}
    learning: dict[str, list[float]] = {}
    looks: tuple[Look, ...] = ()
    decision: Decision = Decision()

    def to_json(self) -> bytes:
        """Return it as JSON.

        Example:
            >>> ComparisonState.from_json(ComparisonState().to_json()) == ComparisonState()
            True
        """
        return msgspec.json.encode(self)

    @classmethod
    def from_json(cls, text: bytes) -> ComparisonState:
        """Return what `to_json` wrote.

        Raises:
            ValueError: when the text is no such state.
        """
        return msgspec.json.decode(text, type=cls)
