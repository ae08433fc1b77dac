"""Names that come from logs, as they may stand in the names of other systems."""

from __future__ import annotations

import hashlib
import re

_SAFE = re.compile(r"[^\w .@+:-]", re.ASCII)
_PLAIN = re.compile(r"[^A-Za-z0-9_.-]")
_LONGEST = 100


def safe(name: str) -> str:
    """Return the name bounded and of plain characters; no two names become alike.

    >>> safe("support-bot")
    'support-bot'
    >>> safe("a/b") == safe("a_b")
    False
    >>> safe("..")
    '~5ec1f7e7'
    """
    # Names of dots alone would be other folders, where artifacts are files; a table that is exported with a name that
    # begins with + - or @ is a formula where it is opened.
    name = storable(name)
    return _marked(_SAFE.sub("_", name)[:_LONGEST].strip(" .").lstrip(" .+-@"), name, "~")


def plain(name: str) -> str:
    """Return the name of letters, digits, `_`, `.` and `-` alone; no two names become alike.

    >>> plain("support bot")
    'support_bot-ac5d59b8'
    """
    name = storable(name)
    return _marked(_PLAIN.sub("_", name)[:_LONGEST].strip("."), name, "-")


def storable(text: str) -> str:
    """Return the text as every database and file takes it: half characters and NUL replaced."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _marked(made: str, name: str, mark: str) -> str:
    return made if made == name else f"{made}{mark}{hashlib.sha256(name.encode()).hexdigest()[:8]}"
