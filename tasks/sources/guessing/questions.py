"""What a guess cannot know, in plain words: each names the column, what it means, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from tasks.sources.guessing.column_names import suits
from tasks.sources.guessing.rehearsal import shown
from tasks.sources.guessing.seen_columns import SeenColumn, fit
from tasks.sources.mapping import values
from tasks.sources.quarantine import Fault

_WANTED = {
    "feedback": "up/down, good/bad, yes/no, true/false, or a number from −1 to 1",
    "latency_ms": "a number of milliseconds",
    "cost_usd": "a number of US dollars",
    "input_tokens": "a whole number",
    "output_tokens": "a whole number",
    "timestamp": "ISO 8601 with a zone, 31.12.2026 23:59:59, or a count since 1970",
    "interaction_id": "another value in every row",
    "error": "empty where the call did not fail",
}  # fmt: skip
_NEEDED = {
    "interaction_id": "an id of its own in every row, by which repeats are told and the sample is drawn. Have what "
    "writes the logs add a request id (a UUID will do)",
    "timestamp": "when each interaction happened, as ISO 8601 with a zone or as a count since 1970",
    "prompt": "what was asked",
    "response": "what was answered",
}  # fmt: skip
_NAIVE = (
    "the times carry no zone and are read as UTC. If they are not: logs.timezone, such as Europe/Berlin "
    "(make try ... ZONE=Europe/Berlin). A wrong zone puts rows into wrong hours, and evidence looks fresher or staler "
    "than it is"
)
_NO_RELEASE = (
    "no column says which release answered, so nothing can be compared with the release before it, and no rollback can "
    "follow. Log it, or tell Plumbline what serves (README, `release`); here all rows count as one release"
)


class _Guessed(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def alternatives(self) -> tuple[str, ...]: ...
    @property
    def unsure(self) -> bool: ...
    @property
    def told(self) -> bool: ...


def gaps(seen: Sequence[SeenColumn], missing: Sequence[str]) -> list[str]:
    """Return what stands in the way of using the logs at all.

    Args:
        seen: The columns there are.
        missing: Required names that no column suits.
    """
    said = []
    for name in missing:
        if name == "timestamp" and (meant := _misfit(name, seen)):
            said.append(
                f"{meant.path!r} seems to be the timestamp, but its values cannot be read as one, such as "
                f"{shown(meant.found[0])}: wanted is {_WANTED[name]}"
            )
        else:
            said.append(f"no column holds {name}: {_NEEDED[name]}. If one is meant: make try ... MAP='{name}=column'")
    return said


def candidates(name: str, free: Sequence[SeenColumn]) -> tuple[str, ...]:
    """Return the columns that may be meant by a name nothing was found for, by what they are called and hold."""
    called = [c for c in free if c.found and (suits(name, c.path) > 0 or (name == "context" and fit(name, c) >= 0.8))]
    return tuple(column.path for column in called if fit(name, column) > 0)


def not_understood(name: str, column: SeenColumn) -> str:
    """Return that a column was left out because its values cannot be read."""
    wanted = _WANTED.get(name, "a text")
    called = f"{name}" if column.path == name else f"{column.path!r} as {name}"
    return f"{called}:{_unread(name, column)} are not understood (wanted: {wanted}); the column is left out"


def doubts(columns: Sequence[_Guessed], *, naive: bool) -> Iterator[str]:
    """Yield what a person should confirm; said in MAP or ZONE, it is not asked again.

    Args:
        columns: What was guessed.
        naive: Whether times without a zone are read as UTC, though nobody said so.
    """
    for one in columns:
        if one.unsure:
            others = f" It could also be {', '.join(map(repr, one.alternatives[:3]))}." if one.alternatives else ""
            yield (
                f"is {one.path!r} the {one.name}?{others} Say MAP='{one.name}={one.path}' if it is, "
                f"else MAP='{one.name}=column'"
            )
        elif " * " in one.path and not one.told:
            bare = one.path.partition(" * ")[0]
            yield (
                f"{one.name} is taken as {one.path!r}: is that its unit? Say MAP='{one.name}={one.path}' if it is, "
                f"MAP='{one.name}={bare}' if not"
            )
    if naive:
        yield _NAIVE


def remarks(free: Sequence[SeenColumn], known: set[str]) -> Iterator[str]:
    """Yield what a person should know of that which has no column.

    Args:
        free: The columns that mean nothing yet.
        known: Canonical names that have a column.
    """
    for name, wanted in _WANTED.items():
        if name not in known and (meant := _misfit(name, free)):
            yield (
                f"{meant.path!r} may be {name}, but{_unread(name, meant)} are not understood (wanted: {wanted}); it is "
                "left out"
            )
    if "release" not in known:
        yield _NO_RELEASE


def _misfit(name: str, free: Sequence[SeenColumn]) -> SeenColumn | None:
    """Return a column called like it whose values do not suit."""
    return next((c for c in free if c.found and suits(name, c.path) >= 0.5 and fit(name, c) < 0.25), None)


_READ: dict[str, Callable[[str, Any], Any]] = {
    "feedback": values.feedback,
    "latency_ms": values.number,
    "cost_usd": values.number,
    "input_tokens": values.count,
    "output_tokens": values.count,
}
_TOLD_APART = 10
"""Values of which there are more are texts of people, not words to be explained."""


def _unread(name: str, column: SeenColumn) -> str:
    """Return the values that cannot be read, such as ` 'gut', 'schlecht'`; empty where they are many."""
    reader: Callable[[str, Any], Any] = _READ.get(name, values.text)
    unread: set[str] = set()
    for value in column.found:
        try:
            reader(name, value)
        except Fault:
            unread.add(shown(value))
        if len(unread) > _TOLD_APART:
            return " its values"
    return f" {', '.join(sorted(unread)[:4])}" if unread else " its values"
