"""Names and words from logs and people, as they may stand elsewhere."""

from __future__ import annotations

import pytest

from tasks.domain.errors import SettingsError
from tasks.domain.naming import cell, from_cell, legible, line
from tests.hostile import HOSTILE


@pytest.mark.parametrize("text", HOSTILE)
def test_one_line_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    """No control character, no second line, no turn of the reading direction; made one line again it stays the same."""
    made = line(text)
    assert len(made.splitlines()) == 1
    assert made.isprintable()
    assert line(made) == made


@pytest.mark.parametrize("name", ["1.4", "bot von Köln", "客服", "שירות", "a\u00a0b", "👩\u200d💻", "<b>", "=1"])
def test_names_people_use_stay_as_they_are(name: str) -> None:
    """Any script, hard spaces and joined signs; what is merely ugly is no reason to refuse it."""
    assert legible(name)
    assert line(name) == name


@pytest.mark.parametrize("name", ["1\n2", "1\t", "1\x00", "1\x1b[2J", "1\x9b2J", "a\u2028b", "1\u202e4.", "\u2066x"])
def test_a_name_that_is_another_than_it_looks_is_not_legible(name: str) -> None:
    """Two of them could look alike."""
    assert not legible(name)


@pytest.mark.parametrize("text", [*HOSTILE, "'=1", "''=1", "'quoted'", "", "-", "-x"])
def test_a_cell_is_no_formula_and_is_read_back(text: str) -> None:
    """Spreadsheets compute what begins like this, in the wide forms too; only the way lines end is lost by it."""
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
    assert from_cell(cell(text)) == text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("text", ["-0.5", "+3", "-1e-07", "1.4", "a=b"])
def test_a_number_stays_a_number_in_a_cell(text: str) -> None:
    """People sort and add them up."""
    assert cell(text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_an_error_that_quotes_them_is_one_line(text: str) -> None:
    """Errors end in terminals and logs, as text or with their traceback."""
    assert str(SettingsError(f"held by {text}")).isprintable()
