"""What a guess of the mapping says to people: itself with its doubts, what was found, and what stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flows.replaying.offering import as_yaml, remarked
from tasks.domain.errors import SettingsError, SourceError
from tasks.domain.interaction import REQUIRED_NAMES
from tasks.sources.guessing import Guess

_CAUSES_SHOWN = 8
_COLUMNS_SHOWN = 12
_SURE = "sure?"
_READ_AS = {"timestamp": "ISO 8601, 31.12.2026 23:59:59 or a count since 1970 are read"}
"""What would have been understood, by canonical name."""


def beside(guess: Guess) -> dict[tuple[str, str], str]:
    """Return the comments of mapped columns, by (canonical name, column)."""
    left_out = {(name, ""): "left out: its values are not understood" for name in guess.source.columns}
    zone = {("timezone", guess.source.timezone or ""): _SURE} if guess.naive else {}
    return left_out | zone | {(one.name, one.path): _SURE for one in guess.columns if one.asked_about}


def mapping(guess: Guess) -> str:
    """Return the guess as YAML, with what it is unsure of beside."""
    logs = guess.source.model_dump(mode="json", exclude_defaults=True)
    return remarked(as_yaml({"logs": logs}, indent=2), beside(guess)).rstrip("\n")


def found(guess: Guess) -> Iterator[str]:
    """Yield which columns need no mapping, which useful ones are not there, and how many lines are no rows."""
    if guess.as_named:
        known = "as named" if guess.source.preset == "plumbline" else f"as the format {guess.source.preset} has them"
        yield f"Used {known}: {', '.join(guess.as_named)}"
    if guess.not_found:
        meant = dict.fromkeys(path for paths in guess.not_found.values() for path in paths)
        candidates = f" (candidates: {', '.join(meant)})" if meant else ""
        yield f"Not found: {', '.join(guess.not_found)}{candidates}"
    if guess.broken:
        yield f"Lines that are no rows: {causes(guess.broken)}"


def one_row(guess: Guess) -> str:
    """Return a row as it would be read, for a person to see whether each column is what it is taken for."""
    return "\n".join(f"  {name}: {value}" for name, value in guess.tried.readable_row.items())


def check(guess: Guess) -> None:
    """Check that the guess can be used.

    Raises:
        SettingsError: when a needed column is missing.
        SourceError: when no row that was looked at can be read.
    """
    if guess.missing:
        there = ", ".join(guess.seen[:_COLUMNS_SHOWN]) + (" ..." if len(guess.seen) > _COLUMNS_SHOWN else "")
        lacking = "a needed column is" if len(guess.missing) == 1 else f"{len(guess.missing)} needed columns are"
        raise SettingsError(f"{lacking} missing, see above; the columns are {there}")
    if words := unreadable(guess):
        raise SourceError(words)


def causes(quarantined: Counter[str]) -> str:
    """Return why rows were put aside, the commonest first; how many more where the causes are many."""
    counted = quarantined.most_common()
    more = sum(number for _, number in counted[_CAUSES_SHOWN:])
    words = ", ".join(f"{number:,} {cause}" for cause, number in counted[:_CAUSES_SHOWN])
    return f"{words} and {more:,} more" if more else words


def unreadable(guess: Guess) -> str:
    """Return why no row can be read; empty where one can, or where values are missing: reading names the column."""
    tried = guess.tried
    if tried.readable or not tried.examples:
        return ""
    said = []
    for cause, number in tried.causes.most_common():
        name = next((name for name in REQUIRED_NAMES if cause.endswith(name)), "")
        example = f", e.g. {tried.examples[name]}" if name in tried.examples else ""
        said.append(f"{number} {cause}{example}" + (f" ({_READ_AS[name]})" if name in _READ_AS else ""))
    return f"none of {tried.rows} rows can be read: {'; '.join(said)}. Mend the rows, or name other columns: MAP=..."
