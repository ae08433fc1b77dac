"""What a misspelled name was meant to be."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

_ALIKE = 0.5
"""Of difflib's ratio: a letter or two off in a short name, a word off in a long one."""


def nearest(name: str, known: Collection[str]) -> str:
    """Return the remedy for an unknown name: the one that was meant, else all that are known.

    >>> nearest("provder", ["provider", "model"]), nearest("x", ["provider", "model"])
    ("did you mean 'provider'?", 'known: provider, model')
    """
    near = get_close_matches(name, known, n=1, cutoff=_ALIKE)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
