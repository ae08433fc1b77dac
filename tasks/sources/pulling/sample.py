"""The sample shown to the judge: the lowest keyed hashes of the ids."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from hashlib import blake2b

from tasks.domain.interaction import Interaction
from tasks.domain.settings.judging import Sampling
from tasks.sources.formats.strict import plain


class KeyedHash:
    """64 bits of BLAKE2b of an id, keyed by the seed: as good as random, the same on every machine.

    Who writes the logs cannot foresee which ids are judged unless they know the seed.
    """

    def __init__(self, seed: int) -> None:
        self._keyed = blake2b(digest_size=8, key=str(seed).encode()[:64], person=b"plumbline/sample")

    def __call__(self, interaction_id: str) -> int:
        """Return the id's hash."""
        keyed = self._keyed.copy()
        keyed.update(interaction_id.encode("utf-8", "surrogatepass"))
        return int.from_bytes(keyed.digest())


class Sample:
    """The `per_window` interactions of lowest hash among those offered, whatever their order."""

    def __init__(self, sampling: Sampling, keyed_hash: KeyedHash) -> None:
        self._size = sampling.per_window
        self._hash = keyed_hash
        # Highest hash first: negated. The number is the order of offers: interactions themselves cannot be compared.
        self._heap: list[tuple[int, str, int, Interaction]] = []
        self._offered = 0

    def offer(self, interactions: Iterable[Interaction]) -> None:
        """Take in those whose hash is among the lowest so far."""
        keyed_hash, heap = self._hash, self._heap
        for interaction in interactions:
            rank = -keyed_hash(interaction.interaction_id)
            if len(heap) < self._size or rank > heap[0][0]:
                self._offered += 1
                entry = (rank, interaction.interaction_id, self._offered, interaction)
                (heapq.heappush if len(heap) < self._size else heapq.heapreplace)(heap, entry)

    def interactions(self) -> tuple[Interaction, ...]:
        """Return the sample in the order of time."""
        taken = (plain(interaction) for *_, interaction in self._heap)
        return tuple(sorted(taken, key=lambda one: (one.timestamp, one.interaction_id)))
