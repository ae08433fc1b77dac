"""The line that confirms all guesses can be pasted: what make hands on is what was said, and no name is run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from flows.replaying.again import again

MAKEFILE = 'try:\n\t@printf "%s|" "$(LOGS)" "$(MAP)" "$(ZONE)"\n'


def made(folder: Path, command: str) -> list[str]:
    """Paste a line into a shell where make prints what it was told."""
    (folder / "Makefile").write_text(MAKEFILE)
    # Run by `make test` itself, it would say that it is a make within a make.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"
    }
    ran = subprocess.run(["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return ran.stdout.split("|")[:-1]


def test_what_was_guessed_arrives_as_it_stands(tmp_path: Path) -> None:
    """Blanks, brackets and multiplications too; what nobody said is left out."""
    columns = {"interaction_id": "Nr", "latency_ms": "Latency (s) * 1000"}
    command = again("my logs/*.csv", columns, {"ZONE": "Europe/Berlin", "SERVICE": ""})
    assert "SERVICE" not in command
    assert made(tmp_path, command) == [
        "my logs/*.csv", "interaction_id=Nr,latency_ms=Latency (s) * 1000", "Europe/Berlin",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["$(touch hit)", "`touch hit`", "';touch hit;'", '";touch hit;"', "a\\", "a,b", "a\nb"]
)
def test_a_name_that_a_shell_would_run_is_left_out(tmp_path: Path, name: str) -> None:
    """Logs are written by anybody."""
    command = again("a.csv", {"prompt": name, "response": "Answer"}, {"ZONE": "UTC"})
    assert made(tmp_path, command) == ["a.csv", "response=Answer", "UTC"]
    assert not (tmp_path / "hit").exists()
