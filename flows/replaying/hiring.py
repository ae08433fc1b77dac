"""Who judges a trial: the real judge where there is a key and its cost is within the limit, else the heuristic."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass

from tasks.domain.backtest import ExpectedSpend
from tasks.domain.errors import JudgeError
from tasks.domain.judgment import Cause
from tasks.domain.settings.judging import Judge, Sampling
from tasks.judging import probe

_FEWEST = 20
"""Judged interactions of a window below which a real judge is not worth its money."""

_SPARE = 0.95
"""What is aimed at of a limit: estimates are not exact."""

_CHECK = {
    Cause.UNAUTHORIZED: "OPENAI_API_KEY",
    Cause.QUOTA: "the account's quota",
    Cause.UNAVAILABLE: "MODEL and OPENAI_BASE_URL",
}
"""What to look at when a judge cannot be used, where it is not its address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hired:
    """A judge and how much it judges.

    Attributes:
        judge: Its settings.
        sampling: How many of a window.
        notes: What a person should know about it.
        spend: What it is expected to take; None: it works offline.
        instead_of: The real judge, where the limit is too small for it.
        needs_usd: The limit it would take.
    """

    judge: Judge
    sampling: Sampling
    notes: tuple[str, ...]
    spend: ExpectedSpend | None = None
    instead_of: Judge | None = None
    needs_usd: float = 0.0


def hire(model: str | None, budget_usd: float, expected: Callable[[Judge, Sampling], ExpectedSpend]) -> Hired:
    """Choose the judge and how many of a window it judges; no request is sent.

    Args:
        model: The one asked for.
        budget_usd: What judging may cost.
        expected: Says what a judge would take.
    """
    offline = Judge(provider="heuristic")
    if not os.environ.get("OPENAI_API_KEY"):
        note = (
            "OPENAI_API_KEY is not set: the judge is word overlap with the context, no LLM. It shows how things work, "
            "not how good the answers are"
        )
        return Hired(judge=offline, sampling=Sampling(), notes=(note,))
    judge, sampling = Judge(model=model or Judge().model, budget_usd_per_day=budget_usd), Sampling()
    spend = whole = expected(judge, sampling)
    if whole.cost_usd is None:
        note = f"the price of {judge.model} is not known, so that the limit cannot be held"
        return Hired(judge=judge, sampling=sampling, notes=(note,), spend=whole)
    while (cost := spend.cost_usd or 0.0) > budget_usd:
        each = sampling.per_window
        if each == _FEWEST:
            least = math.ceil(100 * cost) / 100
            note = (
                f"{judge.model} needs at least {least:.2f} USD; you allow {budget_usd:g} (BUDGET=...): judged offline"
            )
            return Hired(judge=offline, sampling=Sampling(), notes=(note,), instead_of=judge, needs_usd=least)
        fewer = int(_SPARE * each * budget_usd / cost)
        sampling = Sampling(per_window=max(_FEWEST, min(fewer, each - 1)))
        spend = expected(judge, sampling)
    note = (
        f"{whole.words} for {Sampling().per_window} a window is beyond the limit: {sampling.per_window} a window are "
        "judged (BUDGET=...)"
    )
    return Hired(judge=judge, sampling=sampling, notes=() if spend is whole else (note,), spend=spend)


def knock(judge: Judge) -> None:
    """Send the real judge one request, before thousands are.

    Raises:
        JudgeError: when it cannot be used.
    """
    if judge.asks_a_model and (silence := probe(judge, os.environ.get("OPENAI_API_KEY"))):
        check = _CHECK.get(silence.cause, "OPENAI_BASE_URL")
        raise JudgeError(
            f"the judge at {silence.address} {silence.words}. Check {check}, or unset OPENAI_API_KEY to try offline"
        )
