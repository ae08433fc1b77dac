"""The judge's answer for one interaction under one rubric, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tasks.domain.interaction import Interaction


class Cause(StrEnum):
    """Why an interaction is unscored. Missing is not bad: none of these is a score of 0."""

    RATE_LIMITED = "rate-limited"
    SERVER_ERROR = "server error"
    TRANSPORT = "connection failed"
    TIMEOUT = "timed out"
    REFUSED = "refused"
    FILTERED = "filtered"
    TRUNCATED = "truncated"
    EMPTY = "empty reply"
    INVALID_JSON = "no valid JSON"
    MISSING_FIELD = "missing field"
    OUT_OF_RANGE = "out of range"
    WRONG_TYPE = "wrong type"
    CANNOT_JUDGE = "cannot judge"
    REJECTED = "request rejected"
    UNAUTHORIZED = "not authorized"
    QUOTA = "quota used up"
    BUDGET = "judge budget used up"
    UNAVAILABLE = "judge unavailable"


JUDGE_IS_DOWN = frozenset(
    {Cause.SERVER_ERROR, Cause.TRANSPORT, Cause.TIMEOUT, Cause.UNAVAILABLE, Cause.UNAUTHORIZED, Cause.QUOTA}
)
"""Causes that speak of the judge's service, not of the interaction: worth trying again later."""


REFUSES_US = frozenset({Cause.UNAUTHORIZED, Cause.QUOTA})
"""Causes that no retry helps: the judge stays paused, asked once a run, until one request is accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """Scores, reason and provenance; or no scores and a cause.

    Attributes:
        key: The ledger's key: content, rubric version, judge model and parser version, hashed.
        content: Hash of the judged content (prompt, context, response, reference); equal content is asked once.
        scores: Normalized to 0..1 by metric: `quality` (1 is best), `toxicity` (1 is worst); empty when unscored.
        criteria: The judge's levels by criterion name, as replied.
        reason: The judge's words. Untrusted text: never in logs, states or Prefect artifacts.
        cause: Why it is unscored; None when scored.
        rubric: Name and version of the rubric.
        judge_model: The model that was asked.
        served_model: The model that answered, as the reply names it.
        input_tokens: Tokens paid for the request (all attempts).
        output_tokens: Tokens paid for the reply (all attempts).
        calls: Requests sent for it (retries and repairs included).
        cost_usd: What it cost, where the price is known.
        flags: What was noticed in the text, such as an attempt to instruct the judge.
        judged_at: When the reply came; aware, UTC.
    """

    key: str
    content: str
    scores: dict[str, float] = field(default_factory=dict)
    criteria: dict[str, float] = field(default_factory=dict)
    reason: str = ""
    cause: Cause | None = None
    rubric: str = ""
    judge_model: str = ""
    served_model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0
    cost_usd: float | None = None
    flags: tuple[str, ...] = ()
    judged_at: datetime | None = None

    @property
    def scored(self) -> bool:
        """Whether there are scores to count."""
        return self.cause is None


@dataclass(frozen=True, slots=True)
class Judged:
    """An interaction beside its judgment; `from_ledger` where nothing had to be paid for it in this run."""

    interaction: Interaction
    judgment: Judgment
    from_ledger: bool = False
