"""What a window keeps of its judgments: scores without text, and what judging took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tasks.domain.judgment import Judged
from tasks.domain.settings.judging import Judge
from tasks.domain.summary import JudgedScores, JudgeUsage
from tasks.judging.identity import judge_model


def scores_of(judged: Sequence[Judged]) -> JudgedScores:
    """Return the scored ones, column by column."""
    scored = [one for one in judged if one.judgment.scored]
    segments = sorted({one.interaction.segment for one in scored if one.interaction.segment})
    position = {segment: at for at, segment in enumerate(segments)}
    return JudgedScores(
        quality=[one.judgment.scores["quality"] for one in scored],
        toxicity=[one.judgment.scores["toxicity"] for one in scored],
        # 63 bits, so that any store and any JSON reader keeps them exactly.
        content=[int(one.judgment.content[:16], 16) >> 1 for one in scored],
        segment=[position.get(one.interaction.segment or "", -1) for one in scored],
        segments=segments,
    )


def usage_of(judged: Sequence[Judged], judge: Judge) -> JudgeUsage:
    """Return what judging took: what came from the ledger was not paid again."""
    paid = [one.judgment for one in judged if not one.from_ledger]
    costs = [judgment.cost_usd for judgment in paid if judgment.cost_usd is not None]
    return JudgeUsage(
        provider=judge.provider,
        model=judge_model(judge),
        served_models=dict(Counter(one.judgment.served_model for one in judged if one.judgment.served_model)),
        calls=sum(judgment.calls for judgment in paid),
        from_ledger=sum(one.from_ledger for one in judged),
        input_tokens=sum(judgment.input_tokens for judgment in paid),
        output_tokens=sum(judgment.output_tokens for judgment in paid),
        cost_usd=sum(costs) if costs or not paid else None,
        causes=dict(Counter(one.judgment.cause.value for one in judged if one.judgment.cause)),
        flagged=sum(bool(one.judgment.flags) for one in judged),
    )
