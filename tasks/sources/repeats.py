"""Ids seen before: recognized within a window and the two before it (or after it, in logs out of order)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tasks.domain.interaction import Interaction
from tasks.domain.window import Window

REACH = 2
"""How many windows off a repeat is recognized. What counts in a window then depends on these few, not on where reading
began, so that counting it again counts the same."""

# A set takes 80 bytes an id, a sorted array 8: only so many ids are kept in sets (16 MB).
_IN_SETS = 200_000
# Ids kept in all (24 MB): logs of that size may come in any order of rows. Beyond it the windows longest untouched are
# forgotten, but for those in reach of the one at hand and one more, should a stray row lie far out.
_KEPT = 3_000_000
_WINDOWS_KEPT = 2 * REACH + 2


class _WindowIds:
    """Hashes of the ids of one window."""

    def __init__(self) -> None:
        self.newest: set[int] = set()
        self.older: NDArray[np.int64] = np.empty(0, dtype=np.int64)  # sorted

    def __len__(self) -> int:
        return len(self.newest) + self.older.size

    def known(self, hashes: list[int]) -> set[int]:
        """Return which of the hashes are among them."""
        found = self.newest.intersection(hashes)
        if self.older.size:
            asked = np.array(hashes, dtype=np.int64)
            places = np.minimum(np.searchsorted(self.older, asked), self.older.size - 1)
            found.update(asked[self.older[places] == asked].tolist())
        return found

    def to_older(self) -> None:
        """Move the set to the sorted array."""
        self.older = np.concatenate([self.older, np.fromiter(self.newest, dtype=np.int64, count=len(self.newest))])
        self.older.sort()
        self.newest = set()


class SeenIds:
    """64-bit hashes of ids, by the window they were seen in.

    Two different ids take each other for a repeat once in 2^64 pairs.
    """

    def __init__(self, in_sets: int = _IN_SETS, kept: int = _KEPT) -> None:
        self._in_sets_at_most = in_sets
        self._kept_at_most = kept
        self._windows: dict[Window, _WindowIds] = {}  # in the order of their last touch
        self._window: Window | None = None
        self._mine = _WindowIds()
        self._in_reach: list[_WindowIds] = []
        self._in_sets = 0
        self._kept = 0

    def part(self, window: Window, rows: list[Interaction]) -> tuple[list[Interaction], list[Interaction]]:
        """Part rows of a window into those whose id is new, and those that repeat one; remember the ids."""
        if window != self._window:
            self._turn_to(window)
        hashes = [hash(row.interaction_id) for row in rows]
        distinct = set(hashes)
        known: set[int] = set()
        for ids in self._in_reach:
            known |= ids.known(hashes)
        fresh: list[Interaction] = rows
        repeated: list[Interaction] = []
        if known or len(distinct) < len(hashes):
            fresh, repeated = _part_one_by_one(rows, hashes, known)
        before = len(self._mine.newest)
        self._mine.newest |= distinct
        self._in_sets += len(self._mine.newest) - before
        self._kept += len(self._mine.newest) - before
        if self._in_sets > self._in_sets_at_most:
            for ids in self._windows.values():
                ids.to_older()
            self._in_sets = 0
        return fresh, repeated

    def _turn_to(self, window: Window) -> None:
        self._window = window
        self._mine = self._windows.pop(window) if window in self._windows else _WindowIds()
        self._windows[window] = self._mine  # now the last touched
        while self._kept > self._kept_at_most and len(self._windows) > _WINDOWS_KEPT:
            forgotten = self._windows.pop(next(iter(self._windows)))
            self._kept -= len(forgotten)
            self._in_sets -= len(forgotten.newest)
        neighbours = (
            Window(window.start + steps * window.length, window.end + steps * window.length)
            for steps in range(-REACH, REACH + 1)
        )
        self._in_reach = [self._windows[one] for one in neighbours if one in self._windows]


def _part_one_by_one(
    rows: list[Interaction], hashes: list[int], known: set[int]
) -> tuple[list[Interaction], list[Interaction]]:
    fresh: list[Interaction] = []
    repeated: list[Interaction] = []
    seen = set(known)
    for row, hashed in zip(rows, hashes, strict=True):
        (repeated if hashed in seen else fresh).append(row)
        seen.add(hashed)
    return fresh, repeated
