"""Windows that were not decided are told as such, by their commonest reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flows.replaying.hindsight import why_undecided
from tasks.domain.report import WindowReport

START = datetime(2026, 6, 1, tzinfo=UTC)


def window(at: int, verdict: str, reason: str) -> WindowReport:
    """One window's report."""
    start = START + timedelta(hours=at)
    return WindowReport(release="1", start=start, end=start + timedelta(hours=1), verdict=verdict, reasons=[reason])


def test_the_commonest_reason_is_one_whatever_numbers_are_in_it() -> None:
    """Coverage differs in every window of one outage; windows that were decided say nothing here."""
    windows = [
        window(0, "inconclusive", "too many rows put aside"),
        window(1, "inconclusive", "judge unavailable: coverage 0 % of 50"),
        window(2, "inconclusive", "judge unavailable: coverage 3 % of 71"),
        *(window(at, "pass", "nothing") for at in range(3, 9)),
    ]
    assert why_undecided(windows) == "judge unavailable: coverage 0 % of 50"
    assert why_undecided(windows[3:]) == ""
