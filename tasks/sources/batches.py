"""Rows on their way from a file's reader: in batches, because a step a row costs as much as decoding it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import cast

from tasks.domain.interaction import Interaction
from tasks.sources.quarantine import QuarantinedRow

Entry = Interaction | QuarantinedRow
_BATCH_ROWS = 256


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows in log order.

    Attributes:
        entries: Interactions and rows put aside.
        clean: Whether none is put aside.
    """

    entries: list[Entry]
    clean: bool = False

    @property
    def interactions(self) -> list[Interaction]:
        """The entries of a clean batch."""
        return cast("list[Interaction]", self.entries)


def in_batches(entries: Iterable[Entry]) -> Iterator[Batch]:
    """Put entries that come one by one into batches."""
    one_by_one = iter(entries)
    while batch := list(islice(one_by_one, _BATCH_ROWS)):
        yield Batch(batch)
