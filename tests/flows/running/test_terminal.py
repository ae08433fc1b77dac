"""What is printed may quote anything; the terminal sees letters alone."""

from __future__ import annotations

import logging
from io import StringIO

import pytest
from prefect.logging.handlers import PrefectConsoleHandler
from rich.console import Console

from flows.running.terminal import quiet_console, say
from tests.hostile import HOSTILE


@pytest.mark.parametrize("text", [*HOSTILE, "[bold]x[/] [link=https://evil.example]y[/link] :smile:"])
def test_no_text_moves_colours_or_retitles_the_terminal(text: str) -> None:
    """On a real terminal too, where our own words are coloured."""
    printed = StringIO()
    say(Console(file=printed, force_terminal=True, width=80), f"Judge: {text}\nnext")
    lines = printed.getvalue().split("\n")
    assert all(line.isprintable() for line in lines)
    assert lines[-2:] == ["next", ""]
    assert "[link=https://evil.example]" in printed.getvalue() or "[link" not in text


def test_a_quiet_console_still_leaves_a_run_its_log() -> None:
    """What the terminal does not show goes to the server all the same: its pages promise it."""
    console, beside = PrefectConsoleHandler(stream=StringIO()), logging.NullHandler()
    logger = logging.getLogger("prefect.made_up")
    logger.addHandler(console)
    logger.addHandler(beside)
    quiet_console()
    assert (console.level, beside.level, logger.isEnabledFor(logging.INFO)) == (logging.ERROR, logging.NOTSET, True)


def test_prose_breaks_at_blanks_alone_and_never_within_what_is_copied() -> None:
    """A path, a long word and a command stay whole; what is no terminal gets one line."""
    command = "make try ... MAP='latency_ms=took * 1000'"
    text = (
        f"- is that its unit? If so say it with {command} and see /a/very-long/path-of-some/{'x' * 50}/report.html then"
    )
    printed = StringIO()
    say(Console(file=printed, force_terminal=True, width=50), text, prose=True)
    lines = printed.getvalue().rstrip("\n").split("\n")
    assert " ".join(line.strip() for line in lines) == text
    assert any(command in line for line in lines)
    assert len(lines) > 3
    assert all(len(line) <= 50 or "report.html" in line for line in lines)
    piped = StringIO()
    say(Console(file=piped, width=50), text, prose=True)
    assert piped.getvalue() == f"{text}\n"
