"""What a call costs: the row's own cost, else the user's price table, else the packaged dated table, else unknown.

Unknown is unknown, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from pydantic import Field

from tasks.domain.settings.base import Settings


class Price(Settings):
    """A model's price, in USD for 1,000 tokens."""

    input_per_1k_usd: float = Field(ge=0, description="USD for 1,000 input tokens.")
    output_per_1k_usd: float = Field(ge=0, description="USD for 1,000 output tokens.")
    cached_input_per_1k_usd: float | None = Field(
        default=None, ge=0, description="USD for 1,000 input tokens the provider had cached; empty: as other input."
    )

    def cost_usd(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float:
        """Return the cost in USD; `cached_tokens` are those of the input that were cached."""
        cached_price = self.input_per_1k_usd if self.cached_input_per_1k_usd is None else self.cached_input_per_1k_usd
        fresh = input_tokens - cached_tokens
        return (
            fresh * self.input_per_1k_usd + cached_tokens * cached_price + output_tokens * self.output_per_1k_usd
        ) / 1000


@lru_cache(maxsize=4096)
def _packaged_price(model: str, day: datetime) -> tuple[float, float] | None:
    """USD for one (input, output) token from the packaged table on that day, or None.

    Source: the `genai-prices` package, which carries its table with dates and reads nothing from the network. Asked for
    a call of 1,000 tokens: a million in one call would be priced as long context.
    """
    from genai_prices import Usage, calc_price

    try:
        once = calc_price(Usage(input_tokens=1_000, output_tokens=0), model, genai_request_timestamp=day)
        both = calc_price(Usage(input_tokens=1_000, output_tokens=1_000), model, genai_request_timestamp=day)
    except LookupError:
        return None
    return float(once.total_price) / 1_000, float(both.total_price - once.total_price) / 1_000


def cost_usd(
    model: str | None,
    input_tokens: int | None,
    output_tokens: int | None,
    at: datetime,
    prices: Mapping[str, Price] | None = None,
) -> float | None:
    """Return what a call cost in USD, or None when the model, its tokens or its price are not known.

    Args:
        model: The model's name.
        input_tokens: Tokens of the request; None: unknown.
        output_tokens: Tokens of the response; None: unknown.
        at: When the call was made; the packaged table knows prices by date.
        prices: The user's own table by model name; it is asked first.
    """
    if model is None or input_tokens is None or output_tokens is None:
        return None
    own = (prices or {}).get(model)
    if own is not None:
        return own.cost_usd(input_tokens, output_tokens)
    packaged = _packaged_price(model, at.replace(hour=0, minute=0, second=0, microsecond=0))
    if packaged is None:
        return None
    return input_tokens * packaged[0] + output_tokens * packaged[1]
