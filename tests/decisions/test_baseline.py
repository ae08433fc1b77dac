"""What a release is compared with."""

from datetime import timedelta

import pytest

from tasks.decisions.baseline import PastWindow, choose
from tasks.domain.errors import SettingsError
from tasks.domain.settings.policy import Baseline
from tasks.domain.window import Window
from tests.made import HOUR, START


def past(release: str, hours: range, *, scored: int = 50, healthy: bool = True) -> list[PastWindow]:
    """Evaluated hours of a release."""
    return [PastWindow(release, Window(START + at * HOUR, START + (at + 1) * HOUR), scored, healthy) for at in hours]


def test_the_first_release_is_its_own_baseline_once_a_thousand_are_judged() -> None:
    """Until then it fills, and afterwards it is frozen and never rolls back."""
    filling = choose(Baseline(), "1", START, [], {"1": past("1", range(10))}, frozenset())
    assert filling.filling
    assert "500 of 1000" in filling.words
    full = choose(Baseline(), "1", START, [], {"1": past("1", range(30))}, frozenset())
    assert full.own
    assert len(full.windows) == 20


def test_a_predecessors_healthy_windows_before_the_start_are_taken() -> None:
    """Unhealthy windows and windows after the start stay out."""
    hours = past("1", range(50)) + past("1", range(50, 60), healthy=False) + past("1", range(60, 80))
    choice = choose(Baseline(), "2", START + 70 * HOUR, ["1"], {"1": hours}, frozenset())
    assert choice.release == "1"
    assert not choice.own
    assert len(choice.windows) == 60
    assert choice.windows[-1].end == START + 70 * HOUR


def test_only_the_last_days_count() -> None:
    """Older windows than `days` stay out."""
    choice = choose(Baseline(days=1), "2", START + 100 * HOUR, ["1"], {"1": past("1", range(100))}, frozenset())
    assert choice.windows[0].start == START + 76 * HOUR


def test_a_failed_release_is_no_measure_for_the_next() -> None:
    """After a bad release the one before it is the baseline."""
    known = {"1": past("1", range(50)), "2": past("2", range(50, 60))}
    assert choose(Baseline(), "3", START + 70 * HOUR, ["1", "2"], known, frozenset({"2"})).release == "1"


def test_an_unknown_named_release_is_an_error_that_lists_the_known_ones() -> None:
    """Bad input names the thing."""
    with pytest.raises(SettingsError, match=r"'9' has no evaluated windows; releases with some: '1'"):
        choose(Baseline(kind="release", release="9"), "2", START, ["1"], {"1": past("1", range(5))}, frozenset())


def test_a_period_without_windows_is_an_error() -> None:
    """A baseline that holds nothing cannot be compared with."""
    settings = Baseline(kind="period", start=START - timedelta(days=9), end=START - timedelta(days=8))
    with pytest.raises(SettingsError, match="holds no healthy evaluated window"):
        choose(settings, "2", START, ["1"], {"1": past("1", range(5))}, frozenset())


def test_the_baseline_is_cut_at_the_predecessors_last_input_change() -> None:
    """If a thousand judged remain; else all of it is better than too little."""
    known = {"1": past("1", range(100))}
    starts = START + 100 * HOUR
    cut = choose(Baseline(), "2", starts, ["1"], known, frozenset(), {"1": START + 80 * HOUR})
    assert (len(cut.windows), cut.scored) == (20, 1000)
    assert cut.words.endswith("since its inputs changed 06-04 08:00Z")
    for changed in ({"1": START + 81 * HOUR}, {"1": START}, {"2": START + 80 * HOUR}, {}):
        whole = choose(Baseline(), "2", starts, ["1"], known, frozenset(), changed)
        assert len(whole.windows) == 100
        assert "inputs changed" not in whole.words
