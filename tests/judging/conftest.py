"""A judge on loopback, a ledger in memory, and interactions to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from tasks.domain.interaction import Interaction
from tasks.domain.judgment import Judged, Judgment
from tasks.domain.settings.judging import Judge
from tasks.judging import judge_interactions
from tasks.judging.rubrics import DEFAULT
from tests.judging.fake_judge import FakeJudge

NOW = datetime(2026, 6, 1, tzinfo=UTC)


class MemoryLedger(dict[str, Judgment]):
    """The ledger's two methods over a dictionary."""

    def find(self, keys: Sequence[str]) -> dict[str, Judgment]:
        """Known judgments of these keys."""
        return {key: self[key] for key in keys if key in self}

    def add(self, judgment: Judgment) -> None:
        """Keep one."""
        self[judgment.key] = judgment

    def add_spend(self, judgment: Judgment) -> None:
        """Count an answer that is no judgment."""
        self.wasted = [*getattr(self, "wasted", []), judgment]


def interaction(name: str, **changes: Any) -> Interaction:
    """An interaction of its own content."""
    fields = {
        "interaction_id": name,
        "timestamp": NOW,
        "prompt": f"Where is parcel {name}?",
        "response": f"Parcel {name} is in Ghent.",
        "context": f"Parcel {name} is in Ghent.",
    }
    return Interaction(**fields | changes)


@pytest.fixture
def fake() -> Iterator[FakeJudge]:
    """A running judge."""
    judge = FakeJudge().start()
    yield judge
    judge.stop()


@pytest.fixture
def ledger() -> MemoryLedger:
    """An empty ledger."""
    return MemoryLedger()


Ask = Callable[..., dict[str, Judged]]


@pytest.fixture
def ask(fake: FakeJudge, ledger: MemoryLedger) -> Ask:
    """Judge interactions with the fake judge."""

    def run(interactions: Sequence[Interaction], **settings: Any) -> dict[str, Judged]:
        extra = {name: settings.pop(name) for name in ("spent_usd", "prices", "now") if name in settings}
        judge = Judge(**{"base_url": fake.url, "max_concurrency": 8} | settings)
        fields: dict[str, Any] = {"prices": {}, "now": lambda: NOW} | extra
        return judge_interactions(interactions, judge, rubric=DEFAULT, ledger=ledger, api_key="any", **fields)

    return run
