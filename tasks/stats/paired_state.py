"""What a paired test remembers between windows."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from tasks.stats.interval import Interval

NOTHING_SEEN = Interval(0.0, -1.0, 1.0)
"""Before the first pair: any difference of scores in [0, 1] is possible."""


@dataclass(frozen=True, slots=True)
class PairedState:
    """A comparison after some windows; replaced, never changed.

    Attributes:
        log_evidence: Log e-value against the null, 0 at the start.
        decided: Whether it ever reached log(1 / α); stays.
        pairs: Pairs taken in.
        interval: Of mean(candidate) − mean(control): a confidence sequence, valid at all times at once.
        log_wealth: Of each bet; empty at the start.
        total: Sum of differences.
        squares: Sum of their squares.

    Example:
        >>> state = PairedState()
        >>> PairedState.from_json(state.to_json()) == state
        True
    """

    log_evidence: float = 0.0
    decided: bool = False
    pairs: int = 0
    interval: Interval = NOTHING_SEEN
    log_wealth: tuple[float, ...] = ()
    total: float = 0.0
    squares: float = 0.0

    def to_json(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> PairedState:
        """Return the state that `to_json` wrote, equal to the last digit.

        Raises:
            ValueError: when the text is no such state.
        """
        try:
            known = json.loads(text)
            interval, wealth = Interval(**known.pop("interval")), tuple(known.pop("log_wealth"))
            return cls(**known, interval=interval, log_wealth=wealth)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a paired state: {text[:80]!r}") from error
