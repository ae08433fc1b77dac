"""Interactions and a rubric become judgments: known ones from the ledger, the rest asked once each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from tasks.domain.errors import JudgeError
from tasks.domain.interaction import Interaction
from tasks.domain.judgment import JUDGE_IS_DOWN, Cause, Judged, Judgment
from tasks.domain.prices import Price
from tasks.domain.settings.judging import Judge
from tasks.judging.base import Batches, Bench, ForgottenBatches, Ledger
from tasks.judging.catalog import provider_of
from tasks.judging.identity import content_hash, judge_model, ledger_key
from tasks.judging.request import JudgeRequest, flags_of
from tasks.judging.rubrics import Rubric
from tasks.judging.spending import Estimate, estimate

logger = logging.getLogger(__name__)

_ASKED_AGAIN = frozenset({*JUDGE_IS_DOWN, Cause.RATE_LIMITED, Cause.BUDGET})
"""Causes that do not stick to the content: another run asks again."""

Progress = Callable[[int, int], None]


def require_key(judge: Judge, api_key: str | None) -> None:
    """Refuse to start without the key an endpoint needs.

    Raises:
        JudgeError: naming the variable and the remedy.
    """
    if judge.asks_a_model and not api_key:
        raise JudgeError(
            f"no API key: environment variable (or Prefect Secret block) {judge.api_key!r}, named by judge.api_key, is "
            "empty; export it, or use judge.provider 'heuristic' to try things without a model"
        )


def judge_interactions(
    interactions: Iterable[Interaction],
    judge: Judge,
    *,
    rubric: Rubric,
    ledger: Ledger,
    api_key: str | None,
    prices: Mapping[str, Price],
    now: Callable[[], datetime],
    spent_usd: float = 0.0,
    cautious: bool = False,
    batches: Batches | None = None,
    on_progress: Progress | None = None,
) -> dict[str, Judged]:
    """Judge interactions; returns one judgment for each, by interaction id.

    Args:
        interactions: What to judge; equal contents are asked once.
        judge: Who judges.
        rubric: What is asked.
        ledger: Where judgments are found and kept.
        api_key: The endpoint's key.
        prices: The user's own prices.
        now: The clock.
        spent_usd: What judging cost today before this run, for the daily budget.
        cautious: Whether one request goes alone first, because the judge refused us the last time.
        batches: Where batches under way are remembered, for mode batch; None: only as long as this call lasts.
        on_progress: Told (done, all) after each judgment.

    Raises:
        JudgeError: when a key is needed and missing; nothing was asked then.
    """
    require_key(judge, api_key)
    keyed = [(interaction, content_hash(interaction)) for interaction in interactions]
    requests: dict[str, JudgeRequest] = {}
    for interaction, content in keyed:
        key = ledger_key(content, judge, rubric)
        if key not in requests:
            requests[key] = JudgeRequest(key, content, interaction, flags_of(interaction))
    known = {
        key: judgment for key, judgment in ledger.find(list(requests)).items() if judgment.cause not in _ASKED_AGAIN
    }
    answers = dict(known)

    def commit(judgment: Judgment) -> None:
        ledger.add(judgment)
        answers[judgment.key] = judgment
        if on_progress:
            on_progress(len(answers), len(requests))

    waiting = [request for key, request in requests.items() if key not in known]
    if waiting:
        bench = Bench(
            judge=judge,
            rubric=rubric,
            commit=commit,
            now=now,
            api_key=api_key,
            prices=prices,
            spent_usd=spent_usd,
            cautious=cautious,
            find=ledger.find,
            waste=ledger.add_spend,
            batches=batches if batches is not None else ForgottenBatches(),
        )
        logger.info("judging with %s: %s", judge_model(judge), estimate(waiting, judge, rubric, prices, now()).words)
        provider_of(judge)(waiting, bench)
    return _by_interaction(keyed, judge, rubric, answers, frozenset(known))


def expected(
    interactions: Iterable[Interaction],
    judge: Judge,
    *,
    rubric: Rubric,
    ledger: Ledger,
    prices: Mapping[str, Price],
    at: datetime,
) -> Estimate:
    """Return what judging these will take, before the first call; what the ledger knows costs nothing.

    Args:
        interactions: What would be judged; equal contents are asked once.
        judge: Who would judge.
        rubric: What would be asked.
        ledger: What was asked before.
        prices: The user's own prices.
        at: When, for dated prices.
    """
    requests: dict[str, JudgeRequest] = {}
    for interaction in interactions:
        content = content_hash(interaction)
        key = ledger_key(content, judge, rubric)
        requests.setdefault(key, JudgeRequest(key, content, interaction, ()))
    known = ledger.find(list(requests))
    waiting = [request for key, request in requests.items() if key not in known or known[key].cause in _ASKED_AGAIN]
    return estimate(waiting, judge, rubric, prices, at)


def _by_interaction(
    keyed: list[tuple[Interaction, str]],
    judge: Judge,
    rubric: Rubric,
    answers: Mapping[str, Judgment],
    known: frozenset[str],
) -> dict[str, Judged]:
    """Give each interaction its judgment; of equal contents the first one paid."""
    paid: set[str] = set(known)
    judged: dict[str, Judged] = {}
    for interaction, content in keyed:
        key = ledger_key(content, judge, rubric)
        judged[interaction.interaction_id] = Judged(interaction, answers[key], from_ledger=key in paid)
        paid.add(key)
    return judged
