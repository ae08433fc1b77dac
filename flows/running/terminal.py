"""What is printed for people: words that quote logs, files and servers, and can do nothing to the terminal."""

from __future__ import annotations

import logging
import re
import textwrap

from prefect.logging.handlers import PrefectConsoleHandler
from rich.console import Console

from tasks.domain.naming import line

_WHOLE = re.compile(r"(?<!\S)(?:make try \.\.\. )?\(?(?:[A-Z]+=)?'[^']*'")
"""What is to be copied as it stands: `make try ... MAP='latency_ms=took * 1000'`."""

_KEPT = "\x00"
"""Stands for a blank that is no place to break; `line` lets none through."""


def quiet_console() -> None:
    """Keep Prefect's log off the terminal, but for errors; its server still gets it, for the pages of the runs."""
    loggers = [logging.getLogger(name) for name in ("prefect", *logging.root.manager.loggerDict)]
    for logger in loggers:
        for handler in logger.handlers:
            if isinstance(handler, PrefectConsoleHandler):
                handler.setLevel(logging.ERROR)


def say(console: Console, text: str = "", *, prose: bool = False) -> None:
    """Print text as it stands, line by line: no markup in it counts, no control character reaches the terminal.

    Args:
        console: Where.
        text: What.
        prose: Whether a terminal gets lines of its width, broken at blanks alone, and not within what may be copied.
    """
    for one in text.split("\n"):
        shown = _broken(line(one), console.width) if prose and console.is_terminal else line(one)
        console.print(shown, markup=False, highlight=False, emoji=False, soft_wrap=True)


def _broken(text: str, width: int) -> str:
    whole = _WHOLE.sub(lambda found: found[0].replace(" ", _KEPT), text)
    indent = "  " if text.startswith("- ") else ""
    lines = textwrap.wrap(whole, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(_KEPT, " ")
