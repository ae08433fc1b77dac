"""The page of a study: words, picture, figures; readable on a narrow screen, and no text of others does anything."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tasks.tracking import interval_figure, plan_figure, study_page
from tests.hostile import HOSTILE
from tests.tracking.pages.test_report import Seen

START = datetime(2026, 6, 1, tzinfo=UTC)
LOOKS = [(START + timedelta(hours=at), 0.01, -0.1, 0.1) for at in range(100)]


@pytest.mark.parametrize("evil", HOSTILE)
def test_no_text_becomes_markup(evil: str) -> None:
    """Names of services and cells come from logs."""
    figure = interval_figure(LOOKS, 0.02, evil, evil)
    seen = Seen(study_page(evil, evil, figure, [evil, evil], [[evil, evil]], evil))
    plain = Seen(study_page("a", "a", interval_figure(LOOKS, 0.02, "a", "a"), ["a", "a"], [["a", "a"]], "a"))
    assert set(seen.tags) <= set(plain.tags)
    assert {name for name, _ in seen.attributes} <= {name for name, _ in plain.attributes}


def test_every_cell_says_on_a_narrow_screen_what_it_is() -> None:
    """There a row is a card: its first cell heads it, each other one carries its column's name."""
    page = study_page("bot", "one\n\ntwo", None, ["metric", "difference"], [["quality", "+0.02"], ["latency", ""]])
    assert re.findall(r'<th scope="row">(\w+)</th>', page) == ["quality", "latency"]
    assert page.count('data-label="difference"') == 2
    assert page.count("<p>") == 2
    assert "<figure" not in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("hours", [1, 7, 100, 720])
def test_moments_have_room_in_the_letters_of_a_narrow_screen(hours: int) -> None:
    """Eleven letters of 21 units; every other moment is left out there."""
    known = [(START + timedelta(hours=at), 2.0, 1.0, 3.0) for at in range(hours)]
    for figure in (interval_figure(known, 0.02, "a", "a"), plan_figure(known, [1] * hours, "a", "a")):
        shown = [float(x) for x in re.findall(r'<text class="moment" x="([0-9.]+)"', figure)]
        assert shown
        assert all(after - before >= 115 for before, after in pairwise(shown))
