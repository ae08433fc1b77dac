"""What judging costs: estimated before the first call, counted after each, held to the day's budget."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tasks.domain.prices import Price, cost_usd
from tasks.domain.settings.judging import Judge
from tasks.judging.base import Bench
from tasks.judging.request import JudgeRequest, contained
from tasks.judging.rubrics import Rubric
from tasks.judging.wire import Usage

CHARS_PER_TOKEN = 4
_REPLY_TOKENS = 120
"""Three sentences and the levels."""

BATCH_DISCOUNT = 0.5
"""The batch endpoint's price beside the chat endpoint's."""

_SAMPLED = 100
"""Requests whose length is measured for an estimate; their mean stands for the rest."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run of the judge will cost, before its first call.

    Attributes:
        requests: How many are sent.
        input_tokens: Of all of them, by their length.
        output_tokens: Of all replies.
        cost_usd: None where the model's price is not known.
    """

    requests: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None

    @property
    def words(self) -> str:
        """For a log."""
        tokens = f"{self.requests:,} requests, about {self.input_tokens + self.output_tokens:,} tokens"
        return f"{tokens}, " + ("price unknown" if self.cost_usd is None else f"about {self.cost_usd:.2f} USD")


def estimate(
    requests: Sequence[JudgeRequest], judge: Judge, rubric: Rubric, prices: Mapping[str, Price], at: datetime
) -> Estimate:
    """Estimate what these requests will cost; retries and cached prefixes are left out."""
    step = max(1, len(requests) // _SAMPLED)
    lengths = [len(contained(request.interaction)) for request in requests[::step]]
    each = (sum(lengths) / len(lengths) + len(rubric.text)) / CHARS_PER_TOKEN if lengths else 0.0
    tokens_in, tokens_out = round(each * len(requests)), _REPLY_TOKENS * len(requests)
    cost = cost_usd(judge.model, tokens_in, tokens_out, at, prices) if judge.asks_a_model else 0.0
    if cost is not None and judge.mode == "batch":
        cost *= BATCH_DISCOUNT
    return Estimate(len(requests), tokens_in, tokens_out, cost)


def beyond_budget(requests: Sequence[JudgeRequest], bench: Bench) -> Sequence[JudgeRequest]:
    """Return the requests that the rest of the day's budget does not cover by estimate, to be left out of a batch."""
    budget = bench.judge.budget_usd_per_day
    expected = estimate(requests, bench.judge, bench.rubric, bench.prices, bench.now()).cost_usd
    if budget is None or not expected or not requests:
        return ()
    fitting = int(max(0.0, budget - bench.spent_usd) / (expected / len(requests)))
    return requests[fitting:]


class Spending:
    """The day's spend: replies counted at their price, and no request sent that the budget does not cover.

    Args:
        bench: With prices, model, budget and what was spent before.

    Attributes:
        spent_usd: What judging cost today, this run included.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._budget = bench.judge.budget_usd_per_day
        self.spent_usd = bench.spent_usd
        self._paid = self._replies = 0.0
        self._flying = 0

    async def allow(self, tokens: float) -> bool:
        """Take a request's share of the budget; waits while those in flight may use it up. False: it is used up.

        Args:
            tokens: Of the request: by them a request is reckoned until the first reply tells what one costs.
        """
        while self._budget is not None:
            if self.spent_usd >= self._budget:
                return False
            each = self._paid / self._replies if self._replies else self._price(round(tokens), _REPLY_TOKENS) or 0.0
            if not self._flying or self.spent_usd + self._flying * each < self._budget:
                break
            await asyncio.sleep(0.02)
        self._flying += 1
        return True

    def done(self) -> None:
        """Note that a request is over, however it ended."""
        self._flying -= 1

    def cost(self, usage: Usage | None, share: float = 1.0) -> float | None:
        """Count a reply; returns its price in USD, None where it is not known.

        Args:
            usage: Tokens of the reply; cached ones have a price of their own.
            share: Of the usual price.
        """
        if usage is None:
            return None
        tokens_in, tokens_out = usage.prompt_tokens or 0, usage.completion_tokens or 0
        cached = (usage.prompt_tokens_details and usage.prompt_tokens_details.cached_tokens) or 0
        cost = self._price(tokens_in, tokens_out, cached)
        if cost is None:
            return None
        cost *= share
        self.spent_usd += cost
        self._paid += cost
        self._replies += 1
        return cost

    def _price(self, tokens_in: int, tokens_out: int, cached: int = 0) -> float | None:
        model = self._bench.judge.model
        own = self._bench.prices.get(model)
        if own is not None:
            return own.cost_usd(tokens_in, tokens_out, cached)
        return cost_usd(model, tokens_in, tokens_out, self._bench.now())
