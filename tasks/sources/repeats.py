"""Ids seen before: exact within a window and the two before it, in bounded memory."""

from __future__ import annotations

from array import array
from datetime import datetime

# Ids kept at least, whatever their windows: about 28 MB. Logs below this size are free of repeats in any order.
_KEPT = 400_000
# The window at hand, the two before it, and one for a stray row far out.
_WINDOWS_KEPT = 4


class SeenIds:
    """64-bit hashes of ids, by the window they were seen in; the window longest untouched is forgotten first.

    Two different ids take each other for a repeat once in 2^64 pairs.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._windows: dict[datetime, array[int]] = {}
        self._window: datetime | None = None
        self._hashes: array[int] = array("q")

    def enter(self, window: datetime) -> None:
        """Turn to the window that starts then."""
        if window == self._window:
            return
        self._window = window
        self._hashes = self._windows.pop(window, array("q"))
        self._windows[window] = self._hashes  # now the last touched
        while len(self._seen) > _KEPT and len(self._windows) > _WINDOWS_KEPT:
            self._seen.difference_update(self._windows.pop(next(iter(self._windows))))

    def repeated(self, interaction_id: str) -> bool:
        """Return whether the id was seen before, and remember it."""
        hashed = hash(interaction_id)
        if hashed in self._seen:
            return True
        self._seen.add(hashed)
        self._hashes.append(hashed)
        return False
