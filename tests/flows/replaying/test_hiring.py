"""Who judges a trial: what is told of the limit is one thing, and what does not fit leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flows.replaying.hiring import hire, knock
from tasks.domain.backtest import ExpectedSpend
from tasks.domain.errors import JudgeError
from tasks.domain.settings.judging import Judge, Sampling


def costing(usd_each: float | None, most: int = 10**6) -> Callable[[Judge, Sampling], ExpectedSpend]:
    """An estimate of so much for each of a window, where windows have no more than `most` rows."""

    def expected(_: Judge, sampling: Sampling) -> ExpectedSpend:
        number = min(sampling.per_window, most)
        cost = None if usd_each is None else usd_each * number
        return ExpectedSpend(calls=number, cost_usd=cost, words=f"{number} requests")

    return expected


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key for some judge."""
    monkeypatch.setenv("OPENAI_API_KEY", "any")


@pytest.mark.usefixtures("key")
def test_a_limit_that_is_too_small_says_what_is_needed_once_and_leaves_no_sampling_behind() -> None:
    """Judged offline, as if no judge had been asked for; a hundredth of a dollar is rounded up."""
    hired = hire(None, 0.2, costing(0.012))
    assert hired.notes == ("gpt-4o-mini needs at least 0.24 USD; you allow 0.2 (BUDGET=...): judged offline",)
    assert (hired.judge.provider, hired.sampling, hired.spend) == ("heuristic", Sampling(), None)
    assert (hired.instead_of, hired.needs_usd) == (Judge(model="gpt-4o-mini", budget_usd_per_day=0.2), 0.24)


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(("budget", "per_window"), [(2.4, 200), (1.2, 95), (0.24, 20), (0.25, 20)])
def test_within_a_limit_as_many_are_judged_as_it_allows(budget: float, per_window: int) -> None:
    """The whole sample, fewer, or the fewest that are worth it."""
    hired = hire("gpt-4o", budget, costing(0.012))
    assert (hired.judge.model, hired.sampling.per_window) == ("gpt-4o", per_window)
    assert hired.spend is not None
    assert (hired.spend.cost_usd or 0) <= budget
    assert len(hired.notes) == (per_window < 200)


@pytest.mark.usefixtures("key")
def test_small_windows_are_cut_as_well_and_an_unknown_price_is_told() -> None:
    """An estimate that does not fall with the sample at first ends all the same."""
    assert hire(None, 0.3, costing(0.01, most=50)).sampling.per_window < 31
    (note,) = hire("mine", 0.3, costing(None)).notes
    assert note == "the price of mine is not known, so that the limit cannot be held"


def test_without_a_key_the_heuristic_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says what it is; it needs no knock."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    hired = hire(None, 2.0, costing(None))
    assert "no LLM" in hired.notes[0]
    knock(hired.judge)


@pytest.mark.usefixtures("key")
def test_a_judge_that_does_not_answer_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is replayed."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    with pytest.raises(JudgeError) as told:
        knock(Judge())
    assert str(told.value) == (
        "the judge at http://127.0.0.1:9/v1 does not answer (connection refused). Check OPENAI_BASE_URL, or unset "
        "OPENAI_API_KEY to try offline"
    )
