"""What a guess cannot know, in plain words: each names the column, what it means, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from tasks.sources.guessing.column_names import suits
from tasks.sources.guessing.seen_columns import SeenColumn, fit

_SHOWN = 12
_WANTED = {
    "feedback": "up or down, true or false, or a number from −1 to 1",
    "latency_ms": "a number of milliseconds",
    "cost_usd": "a number of US dollars",
    "input_tokens": "a whole number",
    "output_tokens": "a whole number",
    "timestamp": "ISO 8601 with a zone, or a count since 1970",
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


def gaps(seen: Sequence[SeenColumn], missing: Sequence[str]) -> list[str]:
    """Return what stands in the way of using the logs at all.

    Args:
        seen: The columns there are.
        missing: Required names that no column suits.
    """
    there = ", ".join(column.path for column in seen[:_SHOWN]) + (" ..." if len(seen) > _SHOWN else "")
    named = f"The columns are {there}. If one of them is meant: make try ... MAP='{{name}}=column'"
    return [f"no column holds {name}: {_NEEDED[name]}. {named.format(name=name)}" for name in missing]


def doubts(columns: Sequence[_Guessed], seen: Sequence[SeenColumn], known: set[str], *, naive: bool) -> Iterator[str]:
    """Yield what a person should confirm or know.

    Args:
        columns: What was guessed.
        seen: The columns there are.
        known: Canonical names that have a column.
        naive: Whether times without a zone are read as UTC, though nobody said so.
    """
    for one in columns:
        if one.unsure:
            others = f" It could also be {', '.join(map(repr, one.alternatives[:3]))}." if one.alternatives else ""
            yield f"is {one.path!r} the {one.name}?{others} If not: make try ... MAP='{one.name}=column'"
        elif " * " in one.path:
            yield f"{one.name} is taken as {one.path!r}: is that its unit?"
    if naive:
        yield _NAIVE
    taken = {one.path.partition(" * ")[0] for one in columns}
    for name, wanted in _WANTED.items():
        if name not in known and (meant := _misfit(name, seen, taken)):
            so = "Rows with such a value are put aside: rename it" if meant == name else "It is left out"
            yield f"{meant!r} may be {name}, but its values are not: wanted is {wanted}. {so}"
    if "release" not in known:
        yield _NO_RELEASE


def _misfit(name: str, seen: Sequence[SeenColumn], taken: set[str]) -> str | None:
    """Return a column called like it whose values do not suit."""
    called = (c for c in seen if c.found and c.path not in taken and suits(name, c.path) >= 0.5 and fit(name, c) < 0.25)
    return next((column.path for column in called), None)
