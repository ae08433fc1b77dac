"""Whether the columns a mapping needs occur in the logs at all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping as Table
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from tasks.domain.errors import SourceError
from tasks.domain.interaction import REQUIRED_NAMES
from tasks.sources.mapping.mapping import Mapping
from tasks.sources.mapping.paths import MISSING, find, key_paths
from tasks.sources.quarantine import QuarantinedRow

# Below this, that every row lacks a required value may be chance: then they are simply quarantined.
_ROWS_THAT_TELL = 20
_ROWS_LISTED = 200


class ColumnWatch:
    """Notes while rows go by whether the columns a mapping needs occur at all.

    A misspelled column would else make every row look bad, or an optional value silently absent.
    """

    def __init__(self, mapping: Mapping) -> None:
        self.watching = True
        self._unseen: dict[str, str] = dict(mapping.named)
        self.carries_errors = False
        self._errors = mapping.columns.get("error", ())
        self._keys: set[str] = set()
        self._rows = 0
        self._readable = False
        self._causes: Counter[str] = Counter()

    def wants(self, line: bytes) -> bool:
        """Whether to show a row read the strict way here whole: one of the first, or with a key yet unseen."""
        return self._rows < _ROWS_LISTED or any(
            spelling in line for path in self._unseen.values() for spelling in _spellings(path)
        )

    def row(self, row: Table[str, Any]) -> None:
        """Take note of a row's keys."""
        for name in [name for name, path in self._unseen.items() if find(row, path) is not MISSING]:
            del self._unseen[name]
        if self._rows < _ROWS_LISTED:
            self._keys.update(key_paths(row))
            self.carries_errors = self.carries_errors or any(place(row) is not MISSING for place in self._errors)
        self._rows += 1
        self.watching = self._rows < _ROWS_LISTED or bool(self._unseen)

    def readable(self) -> None:
        """Take note that some row is an interaction."""
        self._readable = True

    def quarantined(self, row: QuarantinedRow) -> None:
        """Take note of a row put aside."""
        self._causes[row.cause] += 1

    def check(self, where: str) -> None:
        """Check, once everything was read, that what was named occurred and what is required is not missing throughout.

        Raises:
            SourceError: naming the column and the nearest one that exists.
        """
        if not self._rows:
            return
        for name, path in self._unseen.items():
            raise SourceError(
                f"no row of {where} has the column {path!r} that logs maps {name!r} to; {self._nearest(path)}"
            )
        objects = self._causes.total() - sum(
            self._causes[cause] for cause in ("not JSON", "not UTF-8", "not an object")
        )
        for name in REQUIRED_NAMES:
            if not self._readable and objects >= _ROWS_THAT_TELL and self._causes[f"missing {name}"] == objects:
                raise SourceError(
                    f"no row of {where} has {name!r}; {self._nearest(name)} "
                    f"Map it: logs.columns = {{{name!r}: 'your column'}}, or choose a preset"
                )

    def _nearest(self, path: str) -> str:
        near = get_close_matches(path, sorted(self._keys), n=1, cutoff=0.5)
        leaf = path.rpartition(".")[2]
        near = near or [key for key in sorted(self._keys) if leaf in key.split(".")][:1]
        if near:
            return f"the nearest that exists is {near[0]!r}."
        return f"the rows have {', '.join(sorted(self._keys)[:20])}."


@lru_cache(maxsize=256)
def _spellings(path: str) -> tuple[bytes, bytes]:
    """Return the last key of a path as JSON writes it, with other letters escaped and not."""
    key = path.rpartition(".")[2]
    return json.dumps(key).encode(), json.dumps(key, ensure_ascii=False).encode("utf-8", "replace")
