"""Repeated ids are recognized in reach, whatever is kept in sets or arrays."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tasks.domain.interaction import Interaction
from tasks.domain.window import Window
from tasks.sources.repeats import REACH, SeenIds
from tests.sources.rows_made import START

HOUR = timedelta(hours=1)


def ids_of(rows: list[Interaction]) -> list[str]:
    """Return the ids."""
    return [row.interaction_id for row in rows]


batches = st.lists(
    st.tuples(st.integers(0, 8), st.lists(st.integers(0, 30), min_size=1, max_size=12)), min_size=1, max_size=30
)


@given(batches, st.integers(0, 40))
def test_a_row_repeats_when_its_id_was_seen_within_two_windows(
    taken: list[tuple[int, list[int]]], in_sets: int
) -> None:
    """As a list of all rows before would tell, in any order of windows."""
    seen = SeenIds(in_sets=in_sets)
    before: list[tuple[int, int]] = []
    for hour, numbers in taken:
        window = Window(START + hour * HOUR, START + (hour + 1) * HOUR)
        rows = [
            Interaction(interaction_id=f"id-{number}", timestamp=window.start + timedelta(seconds=at))
            for at, number in enumerate(numbers)
        ]
        fresh, repeated = seen.part(window, rows)
        expected_fresh, expected_repeated = [], []
        for number in numbers:
            known = any(one == number and abs(at - hour) <= REACH for at, one in before)
            (expected_repeated if known else expected_fresh).append(f"id-{number}")
            before.append((hour, number))
        assert ids_of(fresh) == expected_fresh
        assert ids_of(repeated) == expected_repeated


def test_memory_is_bounded_and_the_windows_in_reach_are_never_forgotten() -> None:
    """Of a thousand windows the last few are kept."""
    seen = SeenIds(in_sets=50, kept=100)
    for hour in range(1000):
        window = Window(START + hour * HOUR, START + (hour + 1) * HOUR)
        new = [Interaction(interaction_id=f"{hour}-{at}", timestamp=window.start) for at in range(60)]
        again = [
            Interaction(interaction_id=f"{hour - back}-{at}", timestamp=window.start)
            for back in range(1, min(hour, REACH) + 1)
            for at in range(60)
        ]
        assert seen.part(window, new) == (new, [])
        assert seen.part(window, again) == ([], again)
    assert len(seen._windows) <= 2 * REACH + 2
