"""Recovered means that what was lost came back, over enough windows."""

from __future__ import annotations

import pytest

from tasks.decisions.recovery import RecoveryState, recovery


@pytest.mark.parametrize(
    ("after", "state"),
    [
        ([], RecoveryState.WATCHING),
        ([(0.8, 50.0), (0.8, 50.0)], RecoveryState.WATCHING),
        ([(0.8, 50.0), (0.8, 50.0), (0.5, 0.0)], RecoveryState.WATCHING),
        ([(0.8, 50.0), (0.79, 50.0), (0.81, 50.0)], RecoveryState.RECOVERED),
        ([(0.75, 50.0)] * 3, RecoveryState.RECOVERED),
        ([(0.74, 50.0)] * 3, RecoveryState.NOT_THE_CAUSE),
        ([(0.9, 1.0), (0.9, 1.0), (0.7, 98.0)], RecoveryState.NOT_THE_CAUSE),
        ([(0.8, 50.0)] * 3 + [(0.1, 50.0)], RecoveryState.RECOVERED),
    ],
)
def test_half_of_what_was_lost_must_come_back(after: list[tuple[float, float]], state: RecoveryState) -> None:
    """Baseline 0.80, failing level 0.70; windows count by their size, and only the first three."""
    assert recovery(0.8, 0.7, after, 3).state is state


def test_the_words_say_from_where_to_where() -> None:
    """A person sees the three levels."""
    assert recovery(0.8, 0.7, [(0.8, 10.0)] * 3, 3).words == "recovered: 0.70 → 0.80 over 3 windows, baseline 0.80"
