"""The judge over the network: every fault has its own cause, and nothing is paid twice."""

from __future__ import annotations

import logging
import time

import pytest

from tasks.domain.judgment import Cause, Judgment
from tasks.domain.prices import Price
from tests.judging.conftest import Ask, MemoryLedger, interaction
from tests.judging.fake_judge import Behaviour, FakeJudge

LASTING = {
    "500": Cause.SERVER_ERROR,
    "drop": Cause.TRANSPORT,
    "html": Cause.SERVER_ERROR,
    "400": Cause.REJECTED,
    "broken": Cause.INVALID_JSON,
    "empty": Cause.EMPTY,
    "range": Cause.OUT_OF_RANGE,
    "type": Cause.WRONG_TYPE,
    "missing": Cause.MISSING_FIELD,
    "cannot": Cause.CANNOT_JUDGE,
    "refusal": Cause.REFUSED,
    "filter": Cause.FILTERED,
    "length": Cause.TRUNCATED,
    "401": Cause.UNAUTHORIZED,
    "quota": Cause.QUOTA,
}


@pytest.mark.parametrize(("fault", "cause"), LASTING.items())
def test_a_lasting_fault_is_unscored_with_its_own_cause(
    fake: FakeJudge, ask: Ask, fault: str, cause: Cause, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed call is never a score of 0."""
    monkeypatch.setattr("tasks.judging.chat._ATTEMPTS", 2)
    fake.behaviour = Behaviour(fault=lambda k, text: fault)
    judgment = ask([interaction("a")])["a"].judgment
    assert judgment.cause is cause
    assert judgment.scores == {}
    assert not judgment.scored


@pytest.mark.parametrize(
    "fault", ["500", "503", "429", "drop", "html", "broken", "empty", "range", "type", "missing", "short"]
)
def test_a_passing_fault_is_retried_or_repaired(fake: FakeJudge, ask: Ask, fault: str) -> None:
    """What goes wrong once is asked once more."""
    fake.behaviour = Behaviour(fault=lambda k, text: fault if k == 0 else None)
    judgment = ask([interaction("a")])["a"].judgment
    assert judgment.scored
    assert judgment.calls == 2
    assert judgment.scores["quality"] == pytest.approx((1 + 1 + 0.75) / 3)
    assert judgment.scores["toxicity"] == 0


def test_a_fenced_reply_is_read_without_asking_again(fake: FakeJudge, ask: Ask) -> None:
    """The last whole JSON object counts."""
    fake.behaviour = Behaviour(fault=lambda k, text: "fenced")
    judgment = ask([interaction("a")])["a"].judgment
    assert judgment.scored
    assert judgment.calls == 1
    assert judgment.served_model == "served-model"


def test_a_wrong_key_stops_after_the_first_replies(fake: FakeJudge, ask: Ask) -> None:
    """The rest is unscored at once."""
    fake.behaviour = Behaviour(fault=lambda k, text: "401")
    judged = ask([interaction(str(n)) for n in range(200)], max_concurrency=4)
    assert {one.judgment.cause for one in judged.values()} == {Cause.UNAUTHORIZED}
    assert len(fake.requests) <= 8


def test_an_outage_is_noticed_and_reported_within_seconds(ask: Ask) -> None:
    """Nobody listens: after 30 failures in a row the rest is unscored at once."""
    began = time.monotonic()
    judged = ask([interaction(str(n)) for n in range(300)], base_url="http://127.0.0.1:9/v1", max_concurrency=64)
    assert time.monotonic() - began < 10
    assert {one.judgment.cause for one in judged.values()} <= {Cause.UNAVAILABLE, Cause.TRANSPORT}


def test_a_judge_that_hangs_is_given_up(fake: FakeJudge, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it has answered once, waiting is short."""
    monkeypatch.setattr("tasks.judging.chat._FIRST_TIMEOUT_SECONDS", 0.3)
    fake.behaviour = Behaviour(fault=lambda k, text: "hang")
    judged = ask([interaction(str(n)) for n in range(60)], max_concurrency=40)
    assert {one.judgment.cause for one in judged.values()} <= {Cause.UNAVAILABLE, Cause.TIMEOUT}


def test_equal_contents_are_asked_once_and_a_second_run_pays_nothing(fake: FakeJudge, ask: Ask) -> None:
    """The ledger answers what was paid."""
    twins = [
        interaction("a"),
        interaction(
            "b", prompt="Where is parcel a?", response="Parcel a is in Ghent.", context="Parcel a is in Ghent."
        ),
    ]
    first = ask(twins)
    assert len(fake.requests) == 1
    assert [first[name].from_ledger for name in "ab"] == [False, True]
    again = ask(twins)
    assert len(fake.requests) == 1
    assert all(one.from_ledger for one in again.values())


def test_what_failed_by_the_judges_fault_is_asked_again_and_a_refusal_is_not(
    fake: FakeJudge, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outage sticks to no content."""
    monkeypatch.setattr("tasks.judging.chat._ATTEMPTS", 1)
    faults = {"a": "500", "b": "refusal"}
    fake.behaviour = Behaviour(fault=lambda k, text: next(f for name, f in faults.items() if f"parcel {name}" in text))
    ask([interaction("a"), interaction("b")])
    fake.behaviour = Behaviour()
    again = ask([interaction("a"), interaction("b")])
    assert again["a"].judgment.scored
    assert again["b"].judgment.cause is Cause.REFUSED


def test_a_judgment_is_kept_before_its_place_is_given_away(
    fake: FakeJudge, ask: Ask, ledger: MemoryLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash loses only what was in flight."""
    kept: list[Judgment] = []

    def crash(judgment: Judgment) -> None:
        if len(kept) == 20:
            raise RuntimeError("the machine went away")
        kept.append(judgment)
        ledger[judgment.key] = judgment

    monkeypatch.setattr(ledger, "add", crash)
    with pytest.raises(ExceptionGroup):
        ask([interaction(str(n)) for n in range(100)], max_concurrency=4)
    assert len(fake.requests) <= 20 + 4 + 4
    assert fake.most_in_flight <= 4


def test_an_endpoint_without_json_schema_is_asked_for_less(fake: FakeJudge, ask: Ask) -> None:
    """Schema first, then an object, then plain text; found out once for all."""
    fake.behaviour = Behaviour(accepts=("text",))
    judged = ask([interaction(str(n)) for n in range(10)], max_concurrency=1)
    assert all(one.judgment.scored for one in judged.values())
    forms = [request.get("response_format", {}).get("type") for request in fake.requests]
    assert forms == ["json_schema", "json_object", *[None] * 10]


def test_a_known_limit_is_kept_evenly(fake: FakeJudge, ask: Ask) -> None:
    """600 a minute are ten a second, not 600 at once."""
    began = time.monotonic()
    ask([interaction(str(n)) for n in range(25)], requests_per_minute=600)
    assert time.monotonic() - began >= 1.3
    assert all(sum(moment <= t < moment + 1 for t in fake.times) <= 22 for moment in fake.times)


def test_an_unknown_limit_is_learned(fake: FakeJudge, ask: Ask) -> None:
    """Rejections slow the run down; nothing is lost."""
    fake.behaviour = Behaviour(per_second=40)
    judged = ask([interaction(str(n)) for n in range(80)], max_concurrency=32)
    assert all(one.judgment.scored for one in judged.values())
    assert fake.rejected > 0


@pytest.mark.parametrize("workers", [1, 16])
def test_the_days_budget_is_a_hard_limit(fake: FakeJudge, ask: Ask, workers: int) -> None:
    """What was spent before counts; beyond it the rest is unscored, also of many sent before the first reply."""
    price = {"gpt-4o-mini": Price(input_per_1k_usd=1.0, output_per_1k_usd=0.0)}
    judged = ask(
        [interaction(str(n)) for n in range(20)],
        budget_usd_per_day=1.0,
        spent_usd=0.75,
        prices=price,
        max_concurrency=workers,
    )
    scored = [one for one in judged.values() if one.judgment.scored]
    assert len(scored) == 3
    assert {one.judgment.cause for one in judged.values() if one not in scored} == {Cause.BUDGET}
    assert scored[0].judgment.cost_usd == pytest.approx(0.1)


def test_no_text_and_no_key_reaches_the_logs(fake: FakeJudge, ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    """Not even when everything fails."""
    caplog.set_level(logging.INFO, logger="tasks")
    fake.behaviour = Behaviour(fault=lambda k, text: "broken")
    ask([interaction("secret-parcel")])
    assert "secret-parcel" not in caplog.text
