"""What a judge is: something that answers requests, one judgment each, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tasks.domain.judge_batch import JudgeBatch
from tasks.domain.judgment import Judgment
from tasks.domain.prices import Price
from tasks.domain.settings.judging import Judge
from tasks.judging.request import JudgeRequest
from tasks.judging.rubrics import Rubric


class Ledger(Protocol):
    """Where judgments are kept, each paid once."""

    def find(self, keys: Sequence[str]) -> dict[str, Judgment]:
        """Return the judgments known of these keys."""
        ...

    def add(self, judgment: Judgment) -> None:
        """Keep a judgment; it is safe when this returns."""
        ...

    def add_spend(self, judgment: Judgment) -> None:
        """Count what an answer cost without keeping it."""
        ...


class Batches(Protocol):
    """Batches sent and not yet fetched, remembered over crashes."""

    def keep(self, batch: JudgeBatch) -> None:
        """Keep a batch, or what is newly known of it."""
        ...

    def open(self, endpoint: str) -> Sequence[JudgeBatch]:
        """Return the endpoint's batches whose answers are not all kept."""
        ...

    def close(self, token: str) -> None:
        """Forget a batch."""
        ...


class ForgottenBatches(dict[str, JudgeBatch]):
    """Batches remembered by this process alone."""

    def keep(self, batch: JudgeBatch) -> None:
        """Keep a batch, or what is newly known of it."""
        self[batch.token] = batch

    def open(self, endpoint: str) -> Sequence[JudgeBatch]:
        """Return the endpoint's batches whose answers are not all kept."""
        return [batch for batch in self.values() if batch.endpoint == endpoint]

    def close(self, token: str) -> None:
        """Forget a batch."""
        self.pop(token, None)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What a judge works with.

    Attributes:
        judge: Its settings.
        rubric: What it is asked.
        api_key: The endpoint's key; None where none is needed.
        prices: The user's own prices.
        now: The clock.
        commit: Keeps a judgment; called before the next request takes its place.
        spent_usd: What judging cost today before this run.
        cautious: Whether one request goes alone first, because the judge refused us the last time.
        find: Returns the judgments known of these keys.
        waste: Counts the cost of an answer that is no judgment.
        batches: Batches sent and not yet fetched.
    """

    judge: Judge
    rubric: Rubric
    commit: Callable[[Judgment], None]
    now: Callable[[], datetime]
    api_key: str | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)
    spent_usd: float = 0.0
    cautious: bool = False
    find: Callable[[Sequence[str]], Mapping[str, Judgment]] = lambda _: {}
    waste: Callable[[Judgment], None] = lambda _: None
    batches: Batches = field(default_factory=ForgottenBatches)


class Provider(Protocol):
    """A kind of judge."""

    def __call__(self, requests: Sequence[JudgeRequest], bench: Bench) -> None:
        """Answer every request with one committed judgment, scored or with the cause why not."""
        ...
