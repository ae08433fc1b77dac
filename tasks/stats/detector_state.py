"""What a detector remembers between windows."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DetectorState:
    """Evidence after some windows; replaced, never changed.

    Attributes:
        log_evidence: Log of the evidence so far, -inf before the first window. Under the null `E[exp] ≤ windows`.
        windows: Windows with scores taken in.
        log_wealth: Log of the Shiryaev–Roberts sum of each bet, cells × bets in one row; empty before the first window.

    Example:
        >>> state = DetectorState()
        >>> DetectorState.from_json(state.to_json()) == state
        True
    """

    log_evidence: float = -math.inf
    windows: int = 0
    log_wealth: tuple[float, ...] = ()

    def to_json(self) -> str:
        """Return it as JSON: a few hundred numbers, null for -inf."""
        return json.dumps(
            {
                "log_evidence": _finite(self.log_evidence),
                "windows": self.windows,
                "log_wealth": [_finite(wealth) for wealth in self.log_wealth],
            },
            allow_nan=False,
        )

    @classmethod
    def from_json(cls, text: str) -> DetectorState:
        """Return the state that `to_json` wrote, equal to the last digit.

        Raises:
            ValueError: when the text is no such state.
        """
        try:
            known = json.loads(text)
            return cls(
                log_evidence=_number(known["log_evidence"]),
                windows=int(known["windows"]),
                log_wealth=tuple(_number(wealth) for wealth in known["log_wealth"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a detector state: {text[:80]!r}") from error


def _finite(number: float) -> float | None:
    return None if number == -math.inf else number


def _number(known: float | None) -> float:
    return -math.inf if known is None else float(known)
