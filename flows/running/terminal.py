"""What is printed for people: words that quote logs, files and servers, and can do nothing to the terminal."""

from __future__ import annotations

import logging

from prefect.logging.handlers import PrefectConsoleHandler
from rich.console import Console

from tasks.domain.naming import line


def quiet_console() -> None:
    """Keep Prefect's log off the terminal, but for errors; its server still gets it, for the pages of the runs."""
    loggers = [logging.getLogger(name) for name in ("prefect", *logging.root.manager.loggerDict)]
    for logger in loggers:
        for handler in logger.handlers:
            if isinstance(handler, PrefectConsoleHandler):
                handler.setLevel(logging.ERROR)


def say(console: Console, text: str = "") -> None:
    """Print text as it stands, line by line: no markup in it counts, no control character reaches the terminal."""
    for one in text.split("\n"):
        console.print(line(one), markup=False, highlight=False, emoji=False, soft_wrap=True)
