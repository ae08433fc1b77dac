"""Personal data is masked in what is judged and shown; what only looks like it is not."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from tasks.domain.interaction import Interaction
from tasks.domain.settings.judging import Sampling
from tasks.domain.settings.logs import MASKS, LogSource
from tasks.domain.window import Window
from tasks.sources.masking import masked
from tasks.sources.pulling import pull

START = datetime(2026, 6, 1, tzinfo=UTC)


def hidden(text: str, kinds: tuple = MASKS, region: str = "US") -> str:
    """Mask a response."""
    one = Interaction(interaction_id="a", timestamp=START, prompt="", response=text)
    return next(masked([one], kinds, region)).response


@pytest.mark.parametrize(
    "text",
    [
        "Order 20260601123456 of 2026-06-01 12:30, parcel 1234567890, version 3.14.159.",
        "Card-like 4111 1111 1111 1112 fails its checksum, IBAN DE88 3704 0044 0532 0130 00 too.",
        "12 + 30 = 42; 1,299.00 EUR; pages 100-200; ratio 16:9; 10:30:45; 50 % of 1000000.",
        "Build 1.2.3.4.5 and time 12:34, address ::, host 127.0.0.1, id 000-12-3456.",
        "user@localhost and @handle, C++ a@b, skate-board, risk-free",
    ],
)
def test_what_only_looks_personal_stays_readable(text: str) -> None:
    """A judge needs order numbers, dates and sums."""
    assert hidden(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mail max.mustermann+x@mail.example.co.uk.", "Mail <EMAIL_1>."),
        ("Call (415) 555-2671 or +49 30 901820!", "Call <PHONE_1> or <PHONE_2>!"),
        ("Card 4111 1111 1111 1111, 5500005555555559.", "Card <CARD_1>, <CARD_2>."),
        ("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN <IBAN_1> please"),
        ("from 203.0.113.7 and 2001:db8::1.", "from <IP_1> and <IP_2>."),
        ("SSN 536-22-8726", "SSN <SSN_1>"),
        ("key sk-proj-abcdefghijklmnop1234567890 here", "key <SECRET_1> here"),
        ("AKIAIOSFODNN7EXAMPLE", "<SECRET_1>"),
        ("https://user:hunter2@host.example.com/x", "https://<SECRET_1>@host.example.com/x"),
    ],
)
def test_personal_data_becomes_a_mark(text: str, expected: str) -> None:
    """Each kind by its own name."""
    assert hidden(text) == expected


def test_a_national_number_is_known_in_its_region_alone() -> None:
    """The region says how to read it."""
    assert hidden("Ruf 030 901820 an", region="DE") == "Ruf <PHONE_1> an"
    assert hidden("Ruf 030 901820 an", region="US") == "Ruf 030 901820 an"


def test_equal_values_get_the_same_mark_in_all_texts_of_an_interaction() -> None:
    """The judge still sees whether the answer names the right number."""
    one = Interaction(
        interaction_id="a",
        timestamp=START,
        prompt="Which number?",
        context="Sales +1 415 555 2671, support +1 415 555 2672",
        response="Call +1 (415) 555-2672.",
    )
    [found] = masked([one], ("phone",), "US")
    sales, support = found.context.removeprefix("Sales ").split(", support ")
    assert {sales, support} == {"<PHONE_1>", "<PHONE_2>"}
    assert found.response == f"Call {support}."


def test_only_what_is_asked_for_is_masked() -> None:
    """The others stay."""
    assert hidden("a@b.example 203.0.113.7", kinds=("ip",)) == "a@b.example <IP_1>"


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["1 " * 250_000, "a.b-" * 125_000, "+1 415 555 " * 20_000, "1:" * 250_000, "@" * 500_000]
)
def test_long_hostile_texts_take_no_time(text: str) -> None:
    """Every pattern is linear."""
    began = time.process_time()
    hidden(text)
    assert time.process_time() - began < 5


def test_masking_is_a_setting_of_the_logs_and_covers_the_sample(tmp_path: Path) -> None:
    """What leaves the room of sources is masked; what is counted is not changed by it."""
    row = {
        "interaction_id": "a", "timestamp": START.isoformat(), "release": "1", "prompt": "I am jo@example.com",
        "response": "Hello jo@example.com", "context": "jo@example.com",
    }  # fmt: skip
    (tmp_path / "logs.jsonl").write_text(json.dumps(row) + "\n")
    window = Window(START, START + timedelta(hours=1))
    pulled = {
        mask: pull(
            {"path": str(tmp_path / "logs.jsonl"), "mask": mask}, "bot", [window], sampling=Sampling(),
            release_at=lambda *_: None, prices=None,
        )
        for mask in (False, True)
    }  # fmt: skip
    [plain], [covered] = pulled[False].intakes, pulled[True].intakes
    assert plain.sample[0].response == "Hello jo@example.com"
    assert (covered.sample[0].prompt, covered.sample[0].context) == ("I am <EMAIL_1>", "<EMAIL_1>")
    assert covered.measured == plain.measured


def test_an_unknown_kind_lists_the_known_ones() -> None:
    """A misspelled kind would leave data in the open."""
    with pytest.raises(ValidationError, match="'secret', 'email'"):
        LogSource(path="x", mask=["emial"])
