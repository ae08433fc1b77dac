"""How traffic is split between two releases: who gets how much, and what sticks to its side."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A share of the traffic for a candidate.

    Attributes:
        control: Name of the release that serves the rest.
        candidate: Name of the release that gets the share.
        share: Between 0 and 1.
        salt: Names the split, so that each assigns anew.
        unit: What sticks to its side: `interaction` or `session`.
    """

    control: str
    candidate: str
    share: float
    salt: str
    unit: str

    def to_json(self) -> dict[str, object]:
        """Return it as whoever assigns is told: salt and shares go into `assign` as they are."""
        shares = {self.control: round(1 - self.share, 9), self.candidate: self.share}
        return {"salt": self.salt, "unit": self.unit, "shares": shares}
