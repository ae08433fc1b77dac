"""A mapping guessed from some rows of anybody's logs: names, types and values together, with what it is unsure of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tasks.domain.interaction import CANONICAL_NAMES, REQUIRED_NAMES
from tasks.domain.settings.logs import LogSource
from tasks.sources.guessing.column_names import UNITS, suits, unit_of
from tasks.sources.guessing.first_rows import first_rows
from tasks.sources.guessing.questions import candidates, doubts, gaps, not_understood, remarks
from tasks.sources.guessing.rehearsal import Rehearsal, filled, rehearse, stands
from tasks.sources.guessing.seen_columns import SeenColumn, columns_of, fit, has_no_zone, typical
from tasks.sources.mapping.mapping import source_of
from tasks.sources.mapping.presets.catalog import PRESETS

SURE = 0.7
"""From here on a guess is made without a question."""

_LEAST = 0.25
_BY_VALUES = {"timestamp": 0.45, "interaction_id": 0.4, "prompt": 0.4, "response": 0.4}
"""How much values alone say, where no name does: text is in the order in which it is asked and answered."""

_SUITS, _NEARLY = 0.8, 0.8
"""Values that suit this well may be the ones meant; another column that scores this share as much is named beside."""

_READABLE = 0.5
"""A preset whose marks are there is taken when it reads this share of the rows, and as many as the guess."""

_SHORT = 0.7
"""Without a name to tell, a column that suits this share as well as the best is the one if it stands before it."""

_UNREADABLE, _MOSTLY = 0.05, 0.5
"""A column that may be absent is left out when it would put this share of the rows aside, or of those it fills."""

_MAY_BE_LEFT_OUT = [name for name in CANONICAL_NAMES if name not in {*REQUIRED_NAMES, "service", "release"}]
"""Without service or release a row would count for others than those it names."""

_WISHED = [name for name in CANONICAL_NAMES if name not in {*REQUIRED_NAMES, "segment", "session_id"}]
"""What is said to be missing where it is."""

_SECONDS_BELOW = 60.0
"""A latency without a unit in its name, with decimals and a median below this, is in seconds."""


@dataclass(frozen=True, slots=True)
class GuessedColumn:
    """Where a canonical value seems to stand.

    Attributes:
        name: Canonical.
        path: As `logs.columns` takes it.
        confidence: From 0 to 1.
        alternatives: Other paths that suit nearly as well.
        told: Whether a person said so.
    """

    name: str
    path: str
    confidence: float
    alternatives: tuple[str, ...] = ()
    told: bool = False

    @property
    def unsure(self) -> bool:
        """Whether a person should look at it."""
        return self.confidence < SURE or bool(self.alternatives)

    @property
    def asked_about(self) -> bool:
        """Whether a question is open: of the column, or of the unit of its numbers."""
        return self.unsure or (" * " in self.path and not self.told)


@dataclass(frozen=True, kw_only=True)
class Guess:
    """What was guessed.

    Attributes:
        source: The log source as it may be used.
        columns: Of the guess, in canonical order; those of a preset are not repeated.
        notes: What a person should know, in plain words; nothing has to be answered.
        missing: What stands in the way, likewise; the guess cannot be used until it is mended.
        naive: Whether times without a zone are read as UTC, though nobody said so.
        as_named: Canonical names that stand in the rows and need no mapping.
        not_found: The other way round, what is useful and not there: by canonical name what may be meant.
        tried: What becomes of the rows under the guess.
        seen: The columns there are.
        broken: Lines that are no rows whatever the guess, by cause.
    """

    source: LogSource
    columns: tuple[GuessedColumn, ...]
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    naive: bool
    as_named: tuple[str, ...]
    not_found: Mapping[str, tuple[str, ...]]
    tried: Rehearsal
    seen: tuple[str, ...]
    broken: Counter[str] = field(default_factory=Counter)

    @property
    def questions(self) -> tuple[str, ...]:
        """What only a person knows, in plain words with what to do; with each the guess goes on."""
        return tuple(doubts(self.columns, naive=self.naive))

    def confirmed(self, name: str) -> Guess:
        """Return the guess with the column of a name as if a person had said so."""
        columns = (
            replace(one, confidence=1.0, alternatives=(), told=True) if one.name == name else one
            for one in self.columns
        )
        return replace(self, columns=tuple(columns))

    @property
    def unsure_of_needed(self) -> bool:
        """Whether a column is unsure without which there is no interaction."""
        return any(one.unsure for one in self.columns if one.name in REQUIRED_NAMES)


def guess(path: str, told: Mapping[str, str] = {}, timezone: str | None = None) -> Guess:
    """Guess how the columns of log files are named.

    Args:
        path: File, folder or glob.
        told: What a person said: canonical name to column.
        timezone: Likewise, of times without a zone.

    Raises:
        SourceError: when there is nothing to read.
        SettingsError: when a name told is no canonical one, or the zone is none.
    """
    asked = source_of({"path": path, "columns": dict(told), "timezone": timezone})
    rows, broken = first_rows(path)
    return replace(guess_of(rows, asked), broken=broken)


def guess_of(rows: Sequence[Mapping[str, Any]], told: LogSource) -> Guess:
    """Guess from rows at hand; pure.

    Args:
        rows: As they stand.
        told: Path, columns and zone as far as a person said them.
    """
    seen = columns_of(rows)
    assigned = _assign(seen, told.columns)
    by_name = {column.path: column for column in seen}
    moments = by_name.get(assigned["timestamp"].path) if "timestamp" in assigned else None
    own = LogSource(
        path=told.path,
        columns={name: assigned[name].path for name in _different(assigned)},
        timezone=told.timezone or ("UTC" if moments is not None and has_no_zone(moments) else None),
    )
    source = _with_preset(rows, told, own, assigned, by_name) or own
    source, left_out = _without_unreadable(rows, source)
    columns = tuple(assigned[name] for name in CANONICAL_NAMES if name in assigned and _is_guessed(name, source))
    taken = {path.partition(" * ")[0] for path in source.columns.values()}
    free = [column for column in seen if column.path not in {*taken, *left_out.values(), *CANONICAL_NAMES}]
    there = {name for name in CANONICAL_NAMES if name in told.columns or stands(rows, source, name)}
    known = set(assigned) | there if source.preset == "plumbline" else there
    lacking = [n for n in REQUIRED_NAMES if n not in (assigned if source.preset == "plumbline" else there)]
    return Guess(
        source=source,
        columns=columns,
        notes=(
            *remarks(free, known | set(left_out)),
            *(not_understood(name, by_name[path]) for name, path in left_out.items() if path in by_name),
        ),
        missing=tuple(gaps(seen, lacking)),
        naive=source.timezone is not None and told.timezone is None,
        as_named=tuple(name for name in CANONICAL_NAMES if name in there and name not in source.columns),
        not_found={n: candidates(n, free) for n in _WISHED if n not in known and n not in left_out},
        tried=rehearse(rows, source),
        seen=tuple(column.path for column in seen),
    )


def _without_unreadable(rows: Sequence[Mapping[str, Any]], source: LogSource) -> tuple[LogSource, dict[str, str]]:
    """Return the source without columns whose values cannot be read though rows need none; and these, by name."""
    faults = rehearse(rows, source).faults
    left_out = {}
    for name in _MAY_BE_LEFT_OUT:
        path = source.columns.get(name, name)
        if path and (faults[name] > _UNREADABLE * len(rows) or faults[name] > _MOSTLY * filled(rows, source, name)):
            left_out[name] = path.partition(" * ")[0]
    if not left_out:
        return source, {}
    kept = {name: path for name, path in source.columns.items() if name not in left_out}
    bare = source.model_copy(update={"columns": kept})
    dropped = {name: "" for name in left_out if stands(rows, bare, name)}
    return bare.model_copy(update={"columns": kept | dropped}), left_out


def _assign(seen: Sequence[SeenColumn], told: Mapping[str, str]) -> dict[str, GuessedColumn]:
    """Give each canonical name the column that suits best; each column serves once, the clearest first."""
    by_path = {column.path: column for column in seen}
    scores = {
        (name, column.path): suits(name, column.path) * fit(name, column) for name in CANONICAL_NAMES for column in seen
    }
    assigned = {name: GuessedColumn(name, path, 1.0, told=True) for name, path in told.items()}
    taken = {path.partition(" * ")[0] for path in told.values()}
    for (name, path), score in sorted(scores.items(), key=lambda one: -one[1]):
        if score < _LEAST:
            break
        if name not in assigned and path not in taken:
            rivals = [other for other in seen if other.path not in {path, *taken} and fit(name, other) >= _SUITS]
            by_values = SURE * fit(name, by_path[path]) if name in _BY_VALUES and not rivals else 0.0
            assigned[name] = GuessedColumn(name, path, max(score, by_values))
            taken.add(path)
    for name, weight in _BY_VALUES.items():
        free = [column for column in seen if column.path not in taken and name not in assigned]
        most = max((fit(name, column) for column in free), default=0.0)
        # What is asked stands before what is answered, however short.
        best = next((column for column in free if fit(name, column) >= _SHORT * most), None)
        if best is not None and weight * fit(name, best) >= _LEAST:
            assigned[name] = GuessedColumn(name, best.path, weight * fit(name, best))
            taken.add(best.path)
    for name in [name for name in assigned if name not in told]:
        one = assigned[name]
        others = (c.path for c in seen if c.path not in taken and scores[name, c.path] >= _NEARLY * one.confidence)
        assigned[name] = GuessedColumn(name, _in_unit(by_path[one.path], name), one.confidence, tuple(others))
    return assigned


def _in_unit(column: SeenColumn, name: str) -> str:
    """Return the path with what its numbers are multiplied by, where its name or its values say another unit."""
    if name not in UNITS:
        return column.path
    factor = unit_of(name, column.path)
    usual = typical(column)
    if factor is None and name == "latency_ms" and usual is not None and 0 < usual < _SECONDS_BELOW:
        milliseconds = {"ms", "millis"} & set(column.path.lower().replace("-", "_").split("_"))
        factor = 1000.0 if not milliseconds and usual % 1 else None
    return column.path if factor is None else f"{column.path} * {factor:g}"


def _with_preset(
    rows: Sequence[Mapping[str, Any]],
    told: LogSource,
    own: LogSource,
    assigned: Mapping[str, GuessedColumn],
    seen: Mapping[str, SeenColumn],
) -> LogSource | None:
    """Return the source under the format whose marks the rows bear; None when they bear none's."""
    best: LogSource | None = None
    most = max(rehearse(rows, own).readable, round(_READABLE * len(rows)), 1)
    for name, preset in PRESETS.items():
        if not any(mark in seen or any(key.startswith(f"{mark}.") for key in seen) for mark in preset.marks):
            continue
        bare = told.model_copy(update={"preset": name})
        more = {
            one.name: one.path
            for one in assigned.values()
            if one.name in {"service", "release", "segment", "feedback"}
            and one.confidence >= SURE
            and not stands(rows, bare, one.name)
        }
        readable = rehearse(rows, bare).readable
        if readable >= most:
            best, most = bare.model_copy(update={"columns": more | told.columns}), readable
    return best


def _different(assigned: Mapping[str, GuessedColumn]) -> list[str]:
    """Return the names whose column is called otherwise."""
    return [name for name in CANONICAL_NAMES if name in assigned and assigned[name].path != name]


def _is_guessed(name: str, source: LogSource) -> bool:
    return name in source.columns or source.preset == "plumbline"
