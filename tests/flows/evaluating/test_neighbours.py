"""What surrounds a window: counted once for the service, and other releases read only when somebody asks."""

from datetime import datetime

import pytest

from flows.evaluating.neighbours import Neighbours
from tasks.domain.summary import WindowSummary
from tests.decisions.test_decide import later, on_trial
from tests.made import HOUR


@pytest.mark.parametrize("kept_back", [0, 30])
def test_rows_and_the_days_cost_are_the_services(kept_back: int) -> None:
    """All releases in the window; known cost since midnight up to its end, later windows left out."""
    summaries = {release: later(51 + at, 40, rows=10 + at) for at, release in enumerate(("1", "2"))}
    known = Neighbours.remembered({name: kept[kept_back:] for name, kept in summaries.items()})
    around = known.of(summaries["2"][33], on_trial(52))
    assert around.service_rows == 21
    hours = 10 if kept_back == 0 else 4
    assert around.spent_today_usd == pytest.approx(0.1 * 2 * hours)


def test_without_a_price_the_days_cost_is_unknown() -> None:
    """Never zero."""
    kept = later(53, 3, cost_usd=None)
    assert Neighbours.remembered({"2": kept}).of(kept[1], on_trial(54)).spent_today_usd is None


def test_other_releases_are_read_once_and_only_when_asked() -> None:
    """Up to the window in question; what was read is kept."""
    kept = {"1": later(55, 12), "2": later(56, 12)}
    asked: list[str] = []
    memory = Neighbours.remembered(kept)

    def between(release: str, start: datetime, end: datetime) -> list[WindowSummary]:
        asked.append(release)
        return list(memory._between(release, start, end))

    known, trial = Neighbours(lambda: list(kept), between), on_trial(57)
    others = known.of(kept["2"][5], trial).others
    asked.clear()
    assert list(others) == ["1"]
    assert len(others) == 1
    assert not asked
    assert len(others["1"]["quality/mean"]) == 6
    assert others["1"]["quality/mean"][-1].start == kept["2"][5].window_start
    later_on = known.of(kept["2"][7], trial).others["1"]["quality/mean"]
    assert [level.start - later_on[0].start for level in later_on] == [at * HOUR for at in range(8)]
    assert len(others["1"]["quality/mean"]) == 6
