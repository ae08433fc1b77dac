"""The same trial asked for once more, with all that was guessed filled in: one line, to be mended and pasted."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

_NOT_TO_BE_PASTED = frozenset("'\"$`\\#,")
"""What make or its shell would read as more than a letter, and the comma between two columns."""


def again(logs: str, columns: Mapping[str, str], asked: Mapping[str, str]) -> str:
    """Return the command.

    A column comes from logs, which anybody may have written: one whose name a shell would take for more than a name is
    left out, and stays a question.

    Args:
        logs: File, folder or glob.
        columns: By canonical name.
        asked: What else is to be said, by variable; empty ones are left out.
    """
    mapped = ",".join(f"{name}={column}" for name, column in columns.items() if _is_plain(column))
    # MAP is quoted whether it must be or not: a blank may come in when it is mended.
    said = {"LOGS": shlex.quote(logs), "MAP": f"'{mapped}'" if mapped else ""}
    said |= {name: shlex.quote(value) for name, value in asked.items() if value and _is_plain(value)}
    return " ".join(["make try", *(f"{name}={value}" for name, value in said.items() if value)])


def _is_plain(name: str) -> bool:
    return name.isprintable() and _NOT_TO_BE_PASTED.isdisjoint(name)
