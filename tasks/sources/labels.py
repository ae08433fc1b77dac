"""People's scores of interactions, read from files and brought to the scale 0 to 1; what cannot be used is named."""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from tasks.domain.errors import SourceError
from tasks.domain.label import Label, UnusedLabel
from tasks.domain.settings.labels import Labels
from tasks.sources.formats.files import find_files
from tasks.sources.formats.raw_rows import raw_rows
from tasks.sources.mapping import values
from tasks.sources.mapping.paths import MISSING, find, key_paths
from tasks.sources.quarantine import Fault

_ROWS_LISTED = 200


@dataclass(frozen=True, slots=True)
class LabelReading:
    """Labels, and those that cannot be used, in the order of the files."""

    labels: tuple[Label, ...]
    unused: tuple[UnusedLabel, ...]


def read_labels(asked: Labels) -> LabelReading:
    """Read labels; of two scores that one rater gave an interaction the later one counts.

    Raises:
        SourceError: when a file cannot be read, or a column is in no row.
    """
    columns = _Columns(asked)
    labels: dict[tuple[str, str | None, int], Label] = {}
    unused: list[UnusedLabel] = []
    for file in find_files(asked.path, "labels.path"):
        for number, row in enumerate(raw_rows(file), 1):
            place = f"row {number} of {file.name}"
            if isinstance(row, Fault):
                unused.append(UnusedLabel(row.cause, place))
                continue
            columns.saw(row)
            found = _label(row, asked, place)
            if isinstance(found, UnusedLabel):
                unused.append(found)
            else:
                # Scores that name no rater are of as many people.
                nobody = len(labels) if found.rater is None else -1
                labels[found.interaction_id, found.rater, nobody] = found
    columns.check()
    return LabelReading(tuple(labels.values()), tuple(unused))


def _label(row: dict[str, Any], asked: Labels, place: str) -> Label | UnusedLabel:
    try:
        interaction_id = values.label("interaction_id", _value(row, asked, "interaction_id"))
        if interaction_id is None:
            return UnusedLabel("no interaction_id", place)
        place = interaction_id
        rater = values.label("rater", _value(row, asked, "rater"))
        score = _score(_value(row, asked, "score"))
    except Fault as fault:
        return UnusedLabel(fault.cause, place)
    if score is None:
        return UnusedLabel("no score", place)
    if not asked.low <= score <= asked.high:
        return UnusedLabel(f"outside the scale {asked.low:g} to {asked.high:g}", place)
    return Label(interaction_id, (score - asked.low) / (asked.high - asked.low), rater)


def _value(row: dict[str, Any], asked: Labels, name: str) -> Any:
    value = find(row, asked.column(name))
    return None if value is MISSING else value


def _score(value: Any) -> float | None:
    """Return the score as people gave it, also from text; a scale may go below 0."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        raise Fault("wrong type: score", "score")
    try:
        score = float(value)
    except (TypeError, ValueError, OverflowError):
        raise Fault("bad number: score", "score") from None
    if not math.isfinite(score):
        raise Fault("bad number: score", "score")
    return score


class _Columns:
    """Notes whether the columns that are needed occur at all: one misspelled would make every row look bad."""

    def __init__(self, asked: Labels) -> None:
        self._path = asked.path
        needed = {"interaction_id", "score", *asked.columns}
        self._unseen = {name: asked.column(name) for name in sorted(needed)}
        self._keys: set[str] = set()
        self._rows = 0

    def saw(self, row: dict[str, Any]) -> None:
        self._unseen = {name: path for name, path in self._unseen.items() if find(row, path) is MISSING}
        if self._rows < _ROWS_LISTED:
            self._keys.update(key_paths(row))
        self._rows += 1

    def check(self) -> None:
        for name, path in self._unseen.items():
            if not self._rows:
                return
            near = get_close_matches(path, sorted(self._keys), n=1, cutoff=0.5)
            known = f"the nearest is {near[0]!r}" if near else f"the rows have {', '.join(sorted(self._keys)[:20])}"
            raise SourceError(
                f"no row of labels.path {self._path!r} has the column {path!r}; {known}. "
                f"Map it: labels.columns = {{{name!r}: 'your column'}}"
            )
