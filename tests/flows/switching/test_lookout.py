"""Who only looks never calls one of our own switches a move by others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
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
