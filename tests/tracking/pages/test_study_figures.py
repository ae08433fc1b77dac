"""Pictures of studies: nothing runs off the canvas, steps are steps, and no text of others becomes markup."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from tasks.tracking import interval_figure, plan_figure, study_page

START = datetime(2026, 6, 1, 15, tzinfo=UTC)


def plan(hours: int) -> str:
    """The picture of a plan whose replicas go 1, 2, 3, 1, ..."""
    known = [(START + timedelta(hours=at), 100.0 + at, 80.0 + at, 130.0 + at) for at in range(hours)]
    return str(plan_figure(known, [1 + at % 3 for at in range(hours)], "a plan", "requests and replicas"))


@pytest.mark.parametrize("hours", [1, 24, 168, 1_440])
def test_a_plan_stays_on_its_canvas(hours: int) -> None:
    """From one hour to sixty days; days are named where there are several."""
    picture = plan(hours)
    ET.fromstring(picture)
    points = [float(number) for found in re.findall(r'points="([^"]+)"', picture) for number in re.split("[ ,]", found)]
    assert min(points) >= 0
    assert max(points[0::2]) <= 720
    assert max(points[1::2]) <= 240
    assert ("Tue 06-02" in picture) == (hours > 48)
    assert len(re.findall(r'<text class="moment[a-z ]*" x="[0-9.]+" y="232"', picture)) <= 9


def test_replicas_are_drawn_as_steps() -> None:
    """Each number holds for its hour: two points at one height, the next begins where it ends."""
    steps = re.search(r'class="step" points="([^"]+)"', plan(3))
    assert steps is not None
    points = [tuple(map(float, point.split(","))) for point in steps[1].split()]
    assert [y for _, y in points][0::2] == [y for _, y in points][1::2]
    assert points[1][0] == pytest.approx(points[2][0], abs=0.2)


def test_names_of_services_and_cells_are_escaped() -> None:
    """They come from logs."""
    figure = interval_figure([(START, 0.01, -0.1, 0.1)], 0.02, "<b>", "</desc><script>")
    page = study_page("<script>", "a & b", figure, ["<i>"], [["</td>"]])
    assert "<script>" not in page
    assert "<i>" not in page
    assert "&lt;/td&gt;" in page
    assert "a &amp; b" in page
