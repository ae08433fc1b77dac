"""The step that judges, as Prefect sees it: one task a batch, with a progress artifact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.domain.interaction import Interaction
from tasks.domain.judgment import Judged
from tasks.domain.prices import Price
from tasks.domain.settings.judging import Judge
from tasks.judging.base import Batches, Ledger
from tasks.judging.judging import Progress, judge_interactions
from tasks.judging.rubrics import Rubric


@task(name="judge", task_run_name="judge {judge.provider}", cache_policy=NO_CACHE, persist_result=False)
def judge_sample(
    interactions: Sequence[Interaction],
    judge: Judge,
    rubric: Rubric,
    ledger: Ledger,
    api_key: str | None,
    prices: Mapping[str, Price],
    spent_usd: float,
    cautious: bool = False,
    batches: Batches | None = None,
    on_progress: Progress | None = None,
) -> dict[str, Judged]:
    """Judge the sample of a batch of windows."""
    return judge_interactions(
        interactions,
        judge,
        rubric=rubric,
        ledger=ledger,
        api_key=api_key,
        prices=prices,
        now=lambda: datetime.now(UTC),
        spent_usd=spent_usd,
        cautious=cautious,
        batches=batches,
        on_progress=on_progress,
    )
