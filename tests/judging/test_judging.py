"""The door of the room, and the catalog behind it."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from tasks.domain.errors import JudgeError
from tasks.domain.settings.judging import Judge
from tasks.judging import asked_hash, judge_interactions, scores_of, usage_of
from tasks.judging.catalog import CATALOG
from tasks.judging.rubrics import DEFAULT
from tasks.store import Store
from tests.judging.conftest import NOW, MemoryLedger, interaction
from tests.judging.fake_judge import FakeJudge


def test_a_missing_key_is_an_error_before_any_call() -> None:
    """It names the variable and the remedy."""
    with pytest.raises(JudgeError, match=r"'MY_KEY'.*heuristic"):
        judge_interactions(
            [interaction("a")],
            Judge(api_key="MY_KEY"),
            rubric=DEFAULT,
            ledger=MemoryLedger(),
            api_key=None,
            prices={},
            now=lambda: NOW,
        )


def test_settings_and_catalog_know_the_same_providers() -> None:
    """A provider in one of them alone could be chosen and not run, or run and not be chosen."""
    assert get_args(Judge.model_fields["provider"].annotation) == tuple(CATALOG)


@pytest.mark.parametrize("provider", CATALOG)
def test_every_provider_answers_every_interaction_once(provider: str, fake: FakeJudge, tmp_path: Path) -> None:
    """One judgment each, kept in the real ledger, the same the second time."""
    interactions = [interaction(str(n), segment="returns" if n % 2 else None) for n in range(30)]
    judge = Judge.model_validate({"provider": provider, "base_url": fake.url})
    with Store.open(f"sqlite:///{tmp_path}/store.db") as store:

        def run() -> dict:
            return judge_interactions(
                interactions, judge, rubric=DEFAULT, ledger=store.ledger, api_key="k", prices={}, now=lambda: NOW
            )

        first, again = run(), run()
    assert list(first) == [one.interaction_id for one in interactions]
    assert [one.judgment.scores for one in again.values()] == [one.judgment.scores for one in first.values()]
    assert all(one.from_ledger for one in again.values())
    scores = scores_of(list(first.values()))
    assert len(scores.quality) == len(scores.content) == len(scores.segment) == 30
    assert scores.segments == ["returns"]
    assert max(scores.content) < 2**63
    assert usage_of(list(again.values()), judge).calls == 0


def test_other_models_rubrics_and_providers_are_other_questions() -> None:
    """What is asked names the ledger's keys."""
    hashes = {asked_hash(judge, DEFAULT) for judge in (Judge(), Judge(model="gpt-4o"), Judge(provider="heuristic"))}
    assert len(hashes) == 3
    assert asked_hash(Judge(max_concurrency=1), DEFAULT) == asked_hash(Judge(), DEFAULT)
