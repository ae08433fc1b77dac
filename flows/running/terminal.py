"""What is printed for people: words that quote logs, files and servers, and can do nothing to the terminal."""

from __future__ import annotations

from rich.console import Console

from tasks.domain.naming import line


def say(console: Console, text: str = "") -> None:
    """Print text as it stands, line by line: no markup in it counts, no control character reaches the terminal."""
    for one in text.split("\n"):
        console.print(line(one), markup=False, highlight=False, emoji=False, soft_wrap=True)
