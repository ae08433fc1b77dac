"""Batch mode: half the price, the same scores, and nothing paid twice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tasks.domain.judgment import Cause
from tasks.domain.prices import Price
from tests.judging.conftest import Ask, MemoryLedger, interaction
from tests.judging.fake_judge import Behaviour, FakeJudge

PRICE = {"gpt-4o-mini": Price(input_per_1k_usd=1.0, output_per_1k_usd=1.0)}
MANY = [interaction(str(n)) for n in range(40)]


def test_a_batch_scores_as_the_chat_does_at_half_the_price(fake: FakeJudge, ask: Ask, ledger: MemoryLedger) -> None:
    """One file, one batch, no chat."""
    batched = ask(MANY, mode="batch", prices=PRICE)
    assert len(fake.batches.batches) == 1
    assert fake.requests == []
    ledger.clear()
    chatted = ask(MANY, prices=PRICE)
    for name, one in chatted.items():
        assert batched[name].judgment.scores == one.judgment.scores
        assert batched[name].judgment.cost_usd == pytest.approx(one.judgment.cost_usd / 2)


def test_expired_lines_alone_are_sent_again(fake: FakeJudge, ask: Ask) -> None:
    """A fifth of the first batch expires."""
    fake.batches.expires = lambda batch, line: batch == 0 and line % 5 == 0
    judged = ask(MANY, mode="batch")
    assert all(one.judgment.scored for one in judged.values())
    assert set(fake.batches.answered.values()) == {1}
    assert [len(fake.batches.files[b["input_file_id"]].splitlines()) for b in fake.batches.batches.values()] == [40, 8]


def test_what_expires_for_ever_ends_in_the_chat(fake: FakeJudge, ask: Ask) -> None:
    """After three batches; the rest stays paid at half."""
    fake.batches.expires = lambda batch, line: line == 0
    judged = ask(MANY, mode="batch")
    assert all(one.judgment.scored for one in judged.values())
    assert len(fake.batches.batches) == 3
    assert len(fake.requests) == 1


@pytest.mark.slow
def test_past_the_deadline_the_batch_is_cancelled_and_the_rest_goes_to_the_chat(fake: FakeJudge, ask: Ask) -> None:
    """A batch that never ends holds nobody up."""
    fake.batches.takes_s = 3600
    judged = ask(MANY, mode="batch", batch_deadline="1s", now=lambda: datetime.now(UTC))
    assert all(one.judgment.scored for one in judged.values())
    assert [batch["status"] for batch in fake.batches.batches.values()] == ["cancelled"]
    assert len(fake.requests) == len(MANY)


def test_a_batch_that_is_refused_goes_to_the_chat(fake: FakeJudge, ask: Ask) -> None:
    """Not sent again as a batch: it would be refused again."""
    fake.batches.fails = True
    assert all(one.judgment.scored for one in ask(MANY, mode="batch").values())
    assert len(fake.batches.batches) == 1


def test_a_refusal_is_an_answer_and_a_broken_reply_is_not(fake: FakeJudge, ask: Ask, ledger: MemoryLedger) -> None:
    """What was paid for a broken reply counts as spent."""
    faults = {"parcel 1?": "refusal", "parcel 2?": "broken"}
    fake.behaviour = Behaviour(fault=lambda k, text: next((f for name, f in faults.items() if name in text), None))
    judged = ask(MANY[:4], mode="batch", prices=PRICE)
    assert judged["1"].judgment.cause is Cause.REFUSED
    assert judged["2"].judgment.cause is Cause.INVALID_JSON
    assert judged["0"].judgment.scored
    assert len(ledger.wasted) == 3


def test_a_judge_that_is_away_leaves_all_unscored(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the cause, soon."""
    monkeypatch.setattr("tasks.judging.batch_api._TRYING_SECONDS", 0.5)
    judged = ask(MANY, mode="batch", base_url="http://127.0.0.1:9/v1")
    assert {one.judgment.cause for one in judged.values()} == {Cause.UNAVAILABLE}


def test_a_batch_is_cut_to_the_days_budget(fake: FakeJudge, ask: Ask) -> None:
    """What the estimate does not cover is left out."""
    judged = ask(MANY, mode="batch", prices=PRICE, budget_usd_per_day=5.0)
    causes = [one.judgment.cause for one in judged.values()]
    assert 0 < causes.count(Cause.BUDGET) < len(MANY)
    assert causes.count(None) + causes.count(Cause.BUDGET) == len(MANY)
