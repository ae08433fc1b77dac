"""Names that come from logs, as they may stand in the names of other systems."""

from __future__ import annotations

import hashlib
import re

_SAFE = re.compile(r"[^\w .@+:-]", re.ASCII)
_PLAIN = re.compile(r"[^A-Za-z0-9_.-]")
_LONGEST = 100
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of reading: what is read would be another text than what stands there."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""Characters that a terminal obeys: it would clear its screen, take another title, type what it is told."""

_CONTROLS_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]")

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How a formula begins, in the wide forms of East Asian spreadsheets too, also one that was marked already."""

_RETURNS = re.compile(r"\r\n?")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


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


def legible(name: str) -> bool:
    r"""Whether a name can be told by what is seen of it: no line breaks, no control characters, read one way.

    >>> legible("support-bot"), legible("1.4\x1b[2J"), legible("a\nb")
    (True, False, False)
    """
    return name.isprintable() or line(name) == name


def line(text: str) -> str:
    r"""Return the text as one line that is what it looks like, wherever it is printed.

    >>> line("PASS\nFAIL \x1b[2J")
    'PASS FAIL \ufffd[2J'
    """
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _TURNS.sub("", _BREAKS.sub(" ", storable(text))))


def undirected(text: str) -> str:
    """Return a text of many lines without what turns the reading direction or what a terminal obeys."""
    return _CONTROLS_IN_LINES.sub("\N{REPLACEMENT CHARACTER}", _TURNS.sub("", storable(text)))


def cell(text: str) -> str:
    """Return the text as a cell of an exported table may hold it: marked where a spreadsheet would compute it.

    Numbers stay numbers. Lines end in one way: pandas writes a bare carriage return unquoted, and what follows it would
    be a row of its own.

    >>> cell("=1+1"), cell("-0.5"), cell("1.4")
    ("'=1+1", '-0.5', '1.4')
    """
    text = _RETURNS.sub("\n", text)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def from_cell(text: str) -> str:
    """Return the text that a cell was made of.

    >>> from_cell("'=1+1"), from_cell("'quoted")
    ('=1+1', "'quoted")
    """
    return text[1:] if text.startswith("'") and cell(text[1:]) == text else text


def storable(text: str) -> str:
    """Return the text as every database and file takes it: half characters and NUL replaced."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _marked(made: str, name: str, mark: str) -> str:
    return made if made == name else f"{made}{mark}{hashlib.sha256(name.encode()).hexdigest()[:8]}"
