"""What is kept of a window for ever: counts from which findings and evidence can be computed again, and no text."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tasks.domain.judge_shift import JudgeShift


class ValueCounts(msgspec.Struct, frozen=True):
    """A numeric column as its distinct values, to three significant digits, with counts.

    Counts are exact at any size and add up over windows; the rounding is at most half a percent of a value.
    """

    values: list[float] = []
    counts: list[int] = []

    @property
    def total(self) -> int:
        """How many values were counted."""
        return sum(self.counts)


class JudgedScores(msgspec.Struct, frozen=True):
    """The scored sample of a window, column by column, all of one length.

    Attributes:
        quality: Normalized quality, 0..1, 1 is best.
        toxicity: Normalized toxicity, 0..1, 1 is worst.
        content: 64-bit hash of what was judged: releases answer from finite pools, and repeats are no new evidence.
        segment: Position of the row's segment in `segments`, −1 for none.
        segments: The names.
    """

    quality: list[float] = []
    toxicity: list[float] = []
    content: list[int] = []
    segment: list[int] = []
    segments: list[str] = []


class JudgeUsage(msgspec.Struct, frozen=True):
    """What the judge did and cost in a window.

    Attributes:
        provider: "openai" or "heuristic".
        model: The model asked.
        served_models: The models that answered, with how many replies each.
        calls: Requests sent (retries included).
        from_ledger: Answers that were already paid.
        input_tokens: Tokens of the requests.
        output_tokens: Tokens of the replies.
        cost_usd: None where no price is known.
        causes: Unscored interactions by cause.
        flagged: Interactions whose text tries to instruct the judge.
        shift: How far the judge had moved when it was asked, where anchors were judged again.
    """

    provider: str = ""
    model: str = ""
    served_models: dict[str, int] = {}
    calls: int = 0
    from_ledger: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    causes: dict[str, int] = {}
    flagged: int = 0
    shift: JudgeShift | None = None

    @property
    def moved(self) -> bool:
        """Whether the judge had moved: its scores then say nothing of the release."""
        return self.shift is not None and self.shift.named


class WindowSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a decision needs of one (service, release, window).

    Attributes:
        rows: Accepted interactions.
        quarantined: Rows put aside, by cause.
        duplicates: Repeated ids, counted once.
        late: Rows that came after the window was evaluated.
        columns: `latency_ms`, `input_tokens`, `output_tokens`, `prompt_chars`, `context_chars`, `response_chars`,
            `cost_usd`: each only where the logs carry it.
        percentiles: `latency_ms` at 0.5, 0.95, 0.99 from the rows themselves, in ms.
        errors: Failed interactions; None when the logs carry no error column.
        feedback_up: Answers with a positive feedback.
        feedback_answered: Interactions with feedback; 0 when there is none.
        cost_usd: Known cost of the window, None when no cost is known.
        cost_unknown: Interactions whose cost is not known.
        unknown_models: Models without a price, with how many interactions each.
        sampled: Interactions shown to the judge.
        judged: The scored ones.
        judge: What the judge did and cost.
    """

    service: str
    release: str
    window_start: datetime
    window_end: datetime
    rows: int = 0
    quarantined: dict[str, int] = {}
    duplicates: int = 0
    late: int = 0
    columns: dict[str, ValueCounts] = {}
    percentiles: dict[str, float] = {}
    errors: int | None = None
    feedback_up: int = 0
    feedback_answered: int = 0
    cost_usd: float | None = None
    cost_unknown: int = 0
    unknown_models: dict[str, int] = {}
    sampled: int = 0
    judged: JudgedScores = JudgedScores()
    judge: JudgeUsage = JudgeUsage()

    @property
    def scored(self) -> int:
        """How many interactions carry scores."""
        return len(self.judged.quality)

    @property
    def coverage(self) -> float:
        """Share of the sample that was scored; 0 when nothing was sampled."""
        return self.scored / self.sampled if self.sampled else 0.0
