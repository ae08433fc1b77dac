"""Something that is wrong with the configuration: where, what, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding of `make config`, told in one line."""

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        """Return the line: where, what, remedy."""
        return " ".join(f"{self.where}: {self.what}{'; ' + self.remedy if self.remedy else ''}".split())
