"""One interaction's way through attempts, repair and truncation, until it is a judgment."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from tasks.domain.judgment import Judgment
from tasks.domain.naming import line
from tasks.judging.base import Bench
from tasks.judging.reply import Reading
from tasks.judging.request import JudgeRequest
from tasks.judging.wire import Completion

TOKENS = 700
"""Of a reply: some four times what three sentences and the levels take."""

TOKENS_AT_MOST = 2_800
"""For the second try, after a reply that was cut short."""


@dataclass(slots=True)
class Spent:
    """What one interaction cost so far, over all attempts."""

    input_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0
    cost: float | None = None
    served: str | None = None

    def add(self, completion: Completion, cost: float | None) -> None:
        """Count a reply."""
        self.served = sys.intern(line(completion.served_by)) if completion.served_by else self.served
        usage = completion.usage
        if usage is not None:
            self.input_tokens += usage.prompt_tokens or 0
            self.output_tokens += usage.completion_tokens or 0
        if cost is not None:
            self.cost = (self.cost or 0.0) + cost


@dataclass(slots=True)
class Conversation:
    """One interaction's way to its judgment."""

    request: JudgeRequest
    spent: Spent = field(default_factory=Spent)
    turns: list[dict[str, str]] = field(default_factory=list)
    tokens: int = TOKENS
    repaired: bool = False

    def closed(self, reading: Reading, bench: Bench) -> Judgment:
        """Return the judgment, scored or with the cause why not."""
        spent, rubric = self.spent, bench.rubric
        has_context = bool(self.request.interaction.context)
        return Judgment(
            key=self.request.key,
            content=self.request.content,
            scores=rubric.scores(reading.levels, has_context=has_context) if reading.cause is None else {},
            criteria=reading.levels,
            reason=reading.reason,
            cause=reading.cause,
            rubric=rubric.label,
            judge_model=bench.judge.model,
            served_model=spent.served,
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            calls=spent.calls,
            cost_usd=spent.cost,
            flags=self.request.flags,
            judged_at=bench.now(),
        )
