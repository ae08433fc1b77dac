"""What people say of interactions, to hold the judge against."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """A person's score of one interaction.

    Attributes:
        interaction_id: Which one.
        score: Normalized to 0..1, 1 is best.
        rater: Who gave it; None: nobody says.
    """

    interaction_id: str
    score: float
    rater: str | None = None


@dataclass(frozen=True, slots=True)
class UnusedLabel:
    """A label that cannot be used.

    Attributes:
        cause: Why, in plain words.
        name: The interaction it is about, else where it stands.
    """

    cause: str
    name: str
