"""The demo's acts are played by the real flows, and told apart when something else comes out than is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from flows.story.chapters import ACTS, DAYS, RELEASES, Act, perform
from flows.story.contrast import contrasts
from flows.story.drill import Drill, judge_on_loopback
from flows.story.playing import Play
from tasks.domain.verdict import Verdict

START = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def judge() -> Iterator[Drill]:
    """The stand-in in a process of its own."""
    with judge_on_loopback() as drill:
        yield drill


@pytest.fixture
def play(place: Path, judge: Drill, monkeypatch: pytest.MonkeyPatch) -> Play:
    """A service with little traffic, in windows of six hours."""
    monkeypatch.setenv("DRILL_KEY", "none")
    settings = {
        "judge": {"model": judge.model, "base_url": judge.base_url, "api_key": "DRILL_KEY"},
        "sampling": {"per_window": 10},
        "monitors": {"cost": {"prices": {judge.model: {"input_per_1k_usd": 1.0, "output_per_1k_usd": 1.0}}}},
    }
    return Play(f"bot-{uuid4().hex[:8]}", place / "logs", "6h", RELEASES, seed=7, per_day=80, settings=settings)


def test_the_acts_fill_the_fortnight_and_every_release_goes_out_once() -> None:
    """What the demo announces is what it plays."""
    assert sum(act.days for act in ACTS) == DAYS
    assert [act.release for act in ACTS if act.release] == list(RELEASES)
    assert [act.worst for act in ACTS if act.rolled_back] == [{Verdict.FAIL}]


@pytest.mark.slow
def test_an_outage_is_seen_as_it_was_and_its_windows_are_filled_in_later(play: Play, judge: Drill) -> None:
    """An act remembers the verdict of its own hour; the play, the newest."""
    first = perform(Act(days=0.5, release="1"), play, judge, START)
    away = Act(days=0.25, what="down", conduct={"down": True}, at_once=False, worst=frozenset({Verdict.INCONCLUSIVE}))
    outage = perform(away, play, judge, first.end)
    back = perform(Act(days=0.25), play, judge, outage.end)
    assert (first.verdict, outage.verdict, back.verdict) == (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.PASS)
    assert first.as_expected
    assert outage.as_expected
    assert outage.windows[0].reasons[0].startswith("judge unavailable")
    assert [window.verdict for window in play.windows()] == ["pass"] * 4
    assert not replace(outage, act=replace(away, worst=frozenset({Verdict.PASS}))).as_expected
    assert not replace(outage, act=replace(away, rolled_back=True)).as_expected
    bad = replace(outage, act=replace(away, release="1", rolled_back=True))
    ours, *rules = contrasts(play, [first, bad])
    assert (ours.rule, ours.false_rollbacks, ours.delay_windows) == ("Plumbline", 0, None)
    assert [one.rule for one in rules] == ["mean below 0.7", "3 sigma, 3 times in a row", "KS test at 5%"]
    assert ours.judge_usd >= rules[0].judge_usd > 0
    assert play.spend().calls == sum(report.judge.calls for _, report in play.reports) > 20
