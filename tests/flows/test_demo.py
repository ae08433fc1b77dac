"""What the demo prints of an act agrees with what it counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flows.demo import _reason
from flows.story.chapters import Act, Played
from tasks.domain.report import WindowReport

START = datetime(2026, 6, 1, tzinfo=UTC)


def played(*windows: tuple[str, str]) -> Played:
    """An act with windows of these releases and verdicts."""
    hours = [(START + timedelta(hours=at), *one) for at, one in enumerate(windows)]
    told = [
        WindowReport(
            release=release,
            start=start,
            end=start + timedelta(hours=1),
            verdict=verdict,
            reasons=["quality: 0.9 → 0.7 since about 06-01 00:00Z (drop 0.2); quality 0.7"],
        )
        for start, release, verdict in hours
    ]
    return Played(Act(days=1), START, START + timedelta(days=1), told, [])


def test_a_release_that_was_rolled_back_is_counted_by_the_windows_it_served() -> None:
    """Beside it stands for how many windows it served."""
    bad = played(("4", "pass"), ("4", "warn"), ("4", "fail"), ("3", "pass"), ("3", "pass"))
    assert _reason(bad).endswith("(1 of 3 windows that 4 served)")
    assert _reason(played(("4", "warn"), ("4", "pass"))).endswith("(1 of 2 windows)")
    assert _reason(played(("4", "pass"), ("4", "pass"))) == "in all 2 windows"
