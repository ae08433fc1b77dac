"""What judging cost in a run, added up over its passes."""

from __future__ import annotations

from tasks.domain.report import JudgeSpend
from tasks.domain.summary import JudgeUsage


def spend_of(usage: JudgeUsage) -> JudgeSpend:
    """Return what judging cost, as a report tells it."""
    return JudgeSpend(
        calls=usage.calls,
        from_ledger=usage.from_ledger,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost_usd=usage.cost_usd,
    )


def add_spend(one: JudgeSpend, other: JudgeSpend) -> JudgeSpend:
    """Add up what judging cost; unknown prices stay unknown only where nothing is known."""
    costs = [cost for cost in (one.cost_usd, other.cost_usd) if cost is not None]
    return JudgeSpend(
        calls=one.calls + other.calls,
        from_ledger=one.from_ledger + other.from_ledger,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cost_usd=sum(costs) if costs else None,
    )
