"""The heading says how the live release does, where the worst verdict is that of another one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.evaluating.reporting import evaluation_report, in_a_line, markdown
from flows.evaluating.serving import beside
from tasks.domain.report import Intake, JudgeSpend, WindowReport
from tasks.store import Action, ActionState

START = datetime(2026, 6, 1, 18, tzinfo=UTC)
BACK = Action(
    id="a", service="bot", kind="rollback", reason="r", by="policy", state=ActionState.DONE,
    from_release="1.1", to_release="1.0", updated_at=START + timedelta(minutes=8),
)  # fmt: skip


def window(release: str, verdict: str, hour: int = 0) -> WindowReport:
    """One hour of a release."""
    start = START + timedelta(hours=hour)
    return WindowReport(release=release, start=start, end=start + timedelta(hours=1), verdict=verdict, reasons=["why"])


@pytest.mark.parametrize(
    ("windows", "live", "acts", "words"),
    [
        ([("1.1", "fail"), ("1.0", "pass")], "1.0", [BACK],
         "live 1.0: PASS; FAIL is what 1.1, rolled back 18:08Z, still answered"),
        ([("1.1", "fail", -1)], "1.0", [BACK],
         "live 1.0: no window yet; FAIL is what 1.1, rolled back 18:08Z, answered before"),
        ([("1.1", "warn"), ("1.0", "pass")], "1.0", [], "live 1.0: PASS; WARN is what 1.1 answered, which is not live"),
        ([("1.1", "fail"), ("1.0", "fail")], "1.0", [BACK], ""),
        ([("1.1", "pass")], "1.0", [BACK], ""),
        ([("1.1", "fail")], None, [], ""),
    ],
)  # fmt: skip
def test_the_verdict_of_another_release_is_told_apart(windows: list, live: str | None, acts: list, words: str) -> None:
    """Rolled back or not; the live one's own verdict needs no words."""
    reports = [window(*one) for one in windows]
    assert beside(reports[0].verdict, reports, live, acts) == words


def test_heading_and_final_message_say_what_is_live() -> None:
    """The verdict stays the worst of the windows."""
    windows = [window("1.1", "fail"), window("1.0", "pass", 1)]
    report = evaluation_report("bot", windows, Intake(), JudgeSpend(), [], nothing="", live="1.0", acts=[BACK])
    assert report.verdict == "fail"
    heading, _, words, *_ = markdown(report, "Fail", []).split("\n")
    assert heading == "# FAIL · bot · live 1.0: PASS"
    assert words == "**live 1.0: PASS; FAIL is what 1.1, rolled back 18:08Z, still answered**"
    assert in_a_line(report, "Fail").startswith("FAIL: live 1.0: PASS; FAIL is what 1.1, rolled back 18:08Z, still")
