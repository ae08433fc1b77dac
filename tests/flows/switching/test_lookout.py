"""Who only looks never calls one of our own switches a move by others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.records.kinds import ActionKind
from flows.switching.lookout import Lookout
from tasks.domain.release import Origin, Release
from tasks.store import Action, ActionState, Store


def switched(name: str) -> Action:
    """A release that went live."""
    return Action(
        id=f"release-{name}", service="bot", kind=ActionKind.RELEASE, reason="release", by="Ada",
        state=ActionState.DONE, to_release=name,
    )  # fmt: skip


@dataclass
class Slow:
    """A registry that answers with what was live before a switch that ends while it is asked."""

    store: Store

    def live(self, _: str) -> Release:
        """Answer late."""
        self.store.actions.record(switched("2"))
        return Release(
            service="bot", name="1", version="1", origin=Origin.REGISTERED,
            registered_at=datetime(2026, 6, 1, tzinfo=UTC), live=True,
        )  # fmt: skip


def test_a_switch_that_ends_between_two_looks_is_no_move_by_others(place: Path) -> None:
    """Else the release that was left would count as live."""
    with Store.open() as store:
        store.actions.record(switched("1"))
        looking = Lookout("bot", store, Slow(store), allow_private=False)  # type: ignore[arg-type]
        assert looking.notice_moves() is None
        assert [name for _, name in looking.history()] == ["1", "2"]


def test_a_window_counts_as_the_newest_settings_found_it(place: Path) -> None:
    """A release that failed under an objective since changed is good again where each failure was decided anew."""
    start, hour = datetime(2026, 6, 1, tzinfo=UTC), timedelta(hours=1)

    def decide(store: Store, at: int, config: str, verdict: str) -> None:
        key = ("bot", "1", start + at * hour, start + (at + 1) * hour, config)
        store.windows.begin(*key)
        store.windows.finish(
            *key, verdict=verdict, mlflow_run_id=None, state="done", healthy=True, rows=100, scored=100, report="{}",
            evaluated_at=start + (100 if config == "new" else 50) * hour,
        )  # fmt: skip

    with Store.open() as store:
        looking = Lookout("bot", store, Slow(store), allow_private=False)  # type: ignore[arg-type]
        for at in range(12):
            decide(store, at, "old", "fail" if at in {3, 4} else "pass")
        decide(store, 3, "new", "pass")
        half = looking._served("1", None)
        decide(store, 4, "new", "pass")
        whole = looking._served("1", None)
        assert half is not None
        assert whole is not None
        assert (half.failed, whole.failed) == (True, False)
        assert (whole.windows, whole.judged) == (12, 1_200)
