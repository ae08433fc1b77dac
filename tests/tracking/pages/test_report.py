"""The report explains the verdict, and no text in it does anything."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import msgspec
import pytest

from tasks.domain.evaluation import Lines, TimelinePoint
from tasks.domain.failure import Failure
from tasks.domain.verdict import Verdict
from tasks.domain.window import Window
from tasks.tracking import render_report
from tasks.tracking.pages.figures import HEIGHT, WIDTH, evidence_figure, quality_figure
from tests.hostile import HOSTILE
from tests.made import HOUR, START
from tests.tracking.conftest import evaluation


class Seen(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text.append(data)


@pytest.mark.parametrize("evil", HOSTILE)
def test_nothing_in_a_text_executes_or_is_requested(evil: str) -> None:
    """Prompts, reasons, names: all of it stays text."""
    seen = Seen(render_report(evaluation(text=evil, service=evil, release=evil, baseline=evil, rubric=evil)))
    assert not {"script", "iframe", "img", "object", "embed", "link", "form", "base"} & set(seen.tags)
    assert not any(name.startswith("on") for name, _ in seen.attributes)
    assert not any(name in {"src", "href", "action", "srcset"} for name, _ in seen.attributes)
    assert evil in "".join(seen.text)


def test_an_id_does_not_turn_what_stands_beside_it() -> None:
    """Ids are whatever somebody wrote; scores follow them in one line."""
    (first, *_) = evaluation().judged
    turned = replace(first, interaction=msgspec.structs.replace(first.interaction, interaction_id="a\u202eb"))
    assert "ab · toxicity 0.00" in render_report(evaluation(judged=(turned,)))


@pytest.mark.parametrize("verdict", Verdict)
def test_words_come_first_and_say_what_to_do(verdict: Verdict) -> None:
    """Verdict, reasons, what to do; then pictures and tables."""
    page = render_report(evaluation(verdict=verdict))
    text = re.sub(r"\s+", " ", "".join(Seen(page).text))
    assert (
        text.index("Quality fell.")
        < text.index("What to do:")
        < text.index("Evidence over time")
        < text.index("Findings")
    )
    assert "Not measured: errors (the logs carry no error column)" in text


def test_a_fail_says_where_it_stands_what_was_done() -> None:
    """The page is written before anything is done; an objective alone rolls nothing back."""
    text = "".join(Seen(render_report(evaluation(verdict=Verdict.FAIL))).text)
    assert "written before anything was done" in text
    assert "first line of the experiment plumbline/helpdesk" in text
    alone = Failure(START, ("quality",), "objective breached", absolute_only=True)
    assert "Nothing is rolled back" in "".join(Seen(render_report(evaluation(failure=alone))).text)


def test_a_pass_below_its_baseline_is_to_be_watched() -> None:
    """It passes for want of evidence: that is not nothing."""
    behind = replace(evaluation().findings[0], verdict=Verdict.PASS, behind="below baseline")
    text = "".join(Seen(render_report(evaluation(verdict=Verdict.PASS, findings=(behind,)))).text)
    assert "What to do: Watch the next windows" in text


def test_a_page_without_sample_or_timeline_still_reads() -> None:
    """A window re-decided from the store has neither."""
    page = render_report(evaluation(judged=(), timeline=()))
    assert "Worst interactions" not in page
    assert "Findings" in page


def points(number: int) -> list[TimelinePoint]:
    """Windows with a gap in the middle and evidence beyond every line."""
    return [
        TimelinePoint(
            window=Window(START + at * HOUR, START + (at + 1) * HOUR),
            verdict=Verdict.PASS,
            warn=None if at == number // 2 > 0 else at * 3.0,
            rollback=at * 5.0 - 4,
            quality=None if at == number // 2 > 0 else min(1.0, at / number + 0.1),
            quality_low=at / number / 2,
            quality_high=1.0,
            quality_baseline=0.8,
        )
        for at in range(number)
    ]


@pytest.mark.parametrize("number", [1, 2, 7, 40, 1000])
def test_every_mark_lies_inside_the_picture(number: int) -> None:
    """One mark a window (the newest 240), none outside, lines broken at gaps."""
    for figure in (
        evidence_figure(points(number), Lines(warn_line=7.7, rollback_line=11.4)),
        quality_figure(points(number)),
    ):
        assert figure is not None
        assert figure.count("<circle") == min(number, 240)
        for name, value in re.findall(r'\b(x|x1|x2|cx|y|y1|y2|cy)="(-?[\d.]+)"', figure):
            assert 0 <= float(value) <= (WIDTH if "x" in name else HEIGHT)
        for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", figure):
            assert 0 <= float(x) <= WIDTH
            assert 0 <= float(y) <= HEIGHT
        assert "nan" not in figure


def test_without_quality_there_is_no_picture_of_it() -> None:
    """An empty picture says nothing."""
    bare = [TimelinePoint(window=Window(START, START + HOUR), verdict=Verdict.PASS)]
    assert quality_figure(bare) is None
    assert "<circle" in evidence_figure(bare, Lines(warn_line=7.7, rollback_line=11.4))
