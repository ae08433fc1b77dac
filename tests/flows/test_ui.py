"""`make ui`: ports of one's own, and a word when a server ends."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from rich.console import Console

from flows import ui


def test_two_that_start_at_once_get_ports_of_their_own() -> None:
    """Neither has bound its port yet: the second would be answered by the first one's servers."""
    with ExitStack() as one, ExitStack() as other:
        first, second = ui._port(one, 23990), ui._port(other, 23990)
        assert first != second
    with ExitStack() as later:
        assert ui._port(later, first) == first


def test_a_server_that_ends_is_named_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And it is not waited for."""
    monkeypatch.setattr(ui, "HOME", tmp_path)
    with ExitStack() as held:
        command = [sys.executable, "-c", "print('no such table: experiments'); raise SystemExit(3)"]
        server = ui._server(held, "MLflow", command, "http://127.0.0.1:9/", {})
        assert not server.answers()
        assert ui._told(Console(width=300), server) == 1
    said = capsys.readouterr().out
    assert "MLflow ended by itself (exit 3)" in said
    assert "no such table: experiments" in said
