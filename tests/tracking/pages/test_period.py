"""The page of a period: what was decided, of which releases, and what was done."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tasks.domain.report import EvaluationReport, FindingReport, Intake, JudgeSpend, WindowReport
from tasks.tracking import incidents_of, render_period
from tests.hostile import HOSTILE
from tests.made import HOUR, START
from tests.tracking.pages.test_report import Seen


def window(at: int, verdict: str = "pass", release: str = "1", quality: float | None = 0.8) -> WindowReport:
    """One window's report."""
    start = START + at * HOUR
    findings = [
        FindingReport(
            monitor="quality", verdict=verdict, value=quality, interval=(0.7, 0.9), baseline=0.81, evidence=2.0
        )
    ]
    return WindowReport(
        release=release, start=start, end=start + HOUR, verdict=verdict, reasons=[f"it was {verdict} at {at}"],
        findings=findings if quality is not None else [], judged=50,
    )  # fmt: skip


def report(windows: list[WindowReport], **changes: object) -> EvaluationReport:
    """A run's report."""
    spend = JudgeSpend(calls=7, input_tokens=1_000, output_tokens=200, cost_usd=0.0123)
    fields = {"verdict": "fail", "reasons": ["1 fell"], "judge": spend, "intake": Intake(rows=90, accepted=88)}
    return EvaluationReport(service="helpdesk", windows=windows, **(fields | changes))  # type: ignore[arg-type]


def text_of(page: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", "".join(Seen(page).text))


def test_an_incident_lasts_from_the_first_warning_until_the_release_passes_again() -> None:
    """Inconclusive windows neither begin nor end one; another release's pass ends nothing."""
    many = [
        window(0, "inconclusive"), window(1, "warn"), window(2, "inconclusive"), window(2, "pass", "2"),
        window(3, "fail"), window(4, "pass"), window(5, "warn"),
    ]  # fmt: skip
    first, second = incidents_of(many[::-1])
    assert ([one.start - START for one in first.windows], first.verdict, first.over) == (
        [1 * HOUR, 2 * HOUR, 3 * HOUR], "fail", True,
    )  # fmt: skip
    assert (second.verdict, second.over, len(second.windows)) == ("warn", False, 1)


def test_caveats_come_after_what_was_found() -> None:
    """The conclusion first; each escaped."""
    page = render_period(
        report([window(0)], verdict="pass"), notes=["It would have passed."], caveats=["<b>Only</b> 1."]
    )
    text = text_of(page)
    assert text.index("It would have passed.") < text.index("Nothing was switched.") < text.index("<b>Only</b> 1.")
    assert "To keep in mind" not in text_of(render_period(report([window(0)])))


def test_the_page_says_what_was_decided_done_and_spent() -> None:
    """Words first, then pictures, releases, incidents, the worst windows, what it cost."""
    many = [window(at) for at in range(6)] + [window(6, "fail", "2", 0.5), window(7)]
    text = text_of(render_period(report(many, actions=["rolled back 2 → 1"]), notes=["A replay."]))
    parts = [
        "A replay.", "1 fell", "Done: rolled back 2 → 1", "Verdicts over time", "Quality over time", "Releases",
        "Incidents", "it was fail at 6", "Worst windows", "0.0123 USD",
    ]  # fmt: skip
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)
    assert "8 windows: 1 fail, 7 pass" in text
    assert "90 read, 88 accepted" in text


@pytest.mark.parametrize("evil", HOSTILE)
def test_nothing_in_a_name_or_reason_executes_or_is_requested(evil: str) -> None:
    """Releases and reasons come from logs."""
    hostile = window(0, "fail", evil).model_copy(update={"reasons": [evil]})
    seen = Seen(render_period(report([hostile], reasons=[evil], actions=[evil]), title=evil))
    assert not {"script", "iframe", "img", "object", "embed", "link", "form", "base"} & set(seen.tags)
    assert not any(name.startswith("on") or name in {"src", "href", "action"} for name, _ in seen.attributes)
    assert "".join(seen.text).count(evil) >= 4


def test_a_period_without_windows_or_without_quality_still_reads() -> None:
    """Nothing is drawn of nothing."""
    assert "<svg" not in render_period(report([], verdict="inconclusive", reasons=["no interactions"]))
    page = render_period(report([window(0, quality=None)], verdict="pass", reasons=[]))
    assert "No window warned or failed" in page
    assert "Quality over time" not in page


@pytest.mark.parametrize("number", [1, 3, 2000])
def test_every_mark_lies_inside_the_picture(number: int) -> None:
    """Two releases that serve at once, a gap, any length of time; and the page stays small."""
    many = [window(at, "warn" if at % 9 == 4 else "pass", quality=at / number) for at in range(number) if at % 7 != 3]
    many += [window(at, release="2") for at in range(number // 2, number)]
    page = render_period(report(many))
    for name, value in re.findall(r'\b(x|x1|x2|cx|width|y|y1|y2|cy)="(-?[\d.]+)"', page):
        assert 0 <= float(value) <= (720 if name in {"x", "x1", "x2", "cx", "width"} else 240), (name, value)
    assert page.count("<rect") == len(many)
    assert len(page) < 60_000 + 250 * len(many)


def test_a_months_hourly_windows_are_drawn_at_once() -> None:
    """It is done after each evaluation, so it has to be quick; the bound leaves a busy machine its time."""
    import time

    many = [window(at) for at in range(28 * 24)]
    began = time.perf_counter()
    render_period(report(many))
    assert timedelta(seconds=time.perf_counter() - began) < timedelta(seconds=0.5)
