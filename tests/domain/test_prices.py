"""What a call costs, or that it is not known."""

from datetime import UTC, datetime

import pytest

from tasks.domain.prices import Price, cost_usd

AT = datetime(2026, 6, 1, tzinfo=UTC)


def test_an_unknown_model_has_an_unknown_cost() -> None:
    """Never 0."""
    assert cost_usd("desk-large", 100, 100, AT) is None
    assert cost_usd(None, 100, 100, AT) is None
    assert cost_usd("gpt-4o", None, 100, AT) is None


def test_the_users_own_prices_come_first() -> None:
    """The mission's own figures: gpt-4o at 0.005 / 0.015 and gpt-4o-mini at 0.00015 / 0.0006 USD per 1k tokens."""
    own = {
        "gpt-4o": Price(input_per_1k_usd=0.005, output_per_1k_usd=0.015),
        "gpt-4o-mini": Price(input_per_1k_usd=0.00015, output_per_1k_usd=0.0006),
    }
    assert cost_usd("gpt-4o", 1000, 1000, AT, own) == pytest.approx(0.02)
    assert cost_usd("gpt-4o-mini", 2000, 1000, AT, own) == pytest.approx(0.0009)


def test_the_packaged_table_knows_prices_by_date() -> None:
    """gpt-4o cost 5 USD a million input tokens at its start and 2.5 later."""
    assert cost_usd("gpt-4o", 1_000_000, 0, AT) == pytest.approx(2.5)


def test_a_short_call_is_not_priced_as_long_context() -> None:
    """Tiered models cost more beyond 200,000 tokens a call; a window's calls are not one call."""
    assert cost_usd("claude-sonnet-4-5", 1_000, 0, AT) == pytest.approx(0.003)


def test_cached_tokens_are_cheaper_where_the_table_says_so() -> None:
    """Providers bill repeated prefixes less."""
    price = Price(input_per_1k_usd=1.0, output_per_1k_usd=0.0, cached_input_per_1k_usd=0.1)
    assert price.cost_usd(2000, 0, cached_tokens=1000) == pytest.approx(1.1)
