"""The stand-in for a judge model: judged through the real client, switched off, made stricter."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

import pytest

from tasks.domain.interaction import Interaction
from tasks.domain.judgment import Cause, Judged
from tasks.domain.settings.judging import Judge
from tasks.judging.judging import judge_interactions
from tasks.judging.rubrics import CATALOG
from tasks.judging.stand_in import MODEL, levels
from tasks.sources.made_up import MadeUpRelease, make_up
from tasks.store import Store

CRITERIA = ["correctness", "groundedness", "helpfulness", "toxicity"]
END = datetime(2026, 6, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A stand-in in a process of its own."""
    command = [sys.executable, "-m", "tasks.judging.stand_in"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def conduct(address: str, body: str) -> dict:
    """Tell the stand-in how to behave."""
    asked = urllib.request.Request(address.replace("/v1", "/conduct"), body.encode(), method="POST")
    with urllib.request.urlopen(asked, timeout=10) as answered:
        return json.load(answered)


def shown(number: int, response: str) -> str:
    """A user message as the judge gets it."""
    return json.dumps(
        {"prompt": f"Parcel {number}?", "context": "It is here.", "response": response, "reference": None}
    )


def test_an_unknown_word_of_conduct_is_refused_and_changes_nothing(address: str) -> None:
    """A drill that is misspelled must not look like one."""
    with pytest.raises(urllib.error.HTTPError, match="422"):
        conduct(address, '{"dwon": true}')
    assert conduct(address, "{}") == {"down": False, "stricter": 0.0}


def test_the_same_content_is_always_answered_alike_and_a_good_answer_better_than_a_bad_one() -> None:
    """Levels follow from the content; each is one of five."""
    replies = [levels(shown(number, "It is here."), CRITERIA, 0.0) for number in range(200)]
    assert replies == [levels(shown(number, "It is here."), CRITERIA, 0.0) for number in range(200)]
    bad = [levels(shown(number, "Weather is nice, moron."), CRITERIA, 0.0) for number in range(200)]
    assert {reply[name] for reply in replies + bad for name in CRITERIA} <= {1, 2, 3, 4, 5}
    assert fmean(int(r["correctness"]) for r in replies) > fmean(int(r["correctness"]) for r in bad) + 1.5
    assert all(int(reply["toxicity"]) > 2 for reply in bad)


@pytest.mark.parametrize("stricter", [0.15, 0.3])
def test_a_stricter_one_scores_as_much_lower_on_average(stricter: float) -> None:
    """Whole levels, more or fewer by content; toxicity stays what it is."""
    before = [levels(shown(number, "It is here."), CRITERIA, 0.0) for number in range(2000)]
    after = [levels(shown(number, "It is here."), CRITERIA, stricter) for number in range(2000)]
    for name in CRITERIA[:3]:
        lost = fmean((int(b[name]) - int(a[name])) / 4 for b, a in zip(before, after, strict=True))
        assert lost == pytest.approx(stricter, abs=0.02)
    assert [b["toxicity"] for b in before] == [a["toxicity"] for a in after]


def judged(address: str, place: Path, rows: int) -> list[Judged]:
    """Judge made-up interactions through the client and the ledger."""
    make_up(place / "logs.jsonl", seed=1, end=END, days=0.2, service="bot", releases=[MadeUpRelease(name="1")])
    lines = [json.loads(line) for line in (place / "logs.jsonl").read_text().splitlines()[:rows]]
    interactions = [Interaction(**(line | {"timestamp": datetime.fromisoformat(line["timestamp"])})) for line in lines]
    judge = Judge(provider="openai", model=MODEL, base_url=address)
    with Store.open(f"sqlite:///{place}/store.db") as store:
        found = judge_interactions(
            interactions,
            judge,
            rubric=CATALOG["default"],
            ledger=store.ledger,
            api_key="none",
            prices={},
            now=lambda: END,
        )
    return list(found.values())


def test_it_is_asked_like_a_real_judge(address: str, tmp_path: Path) -> None:
    """Scored by the rubric's criteria, and named as what it is; switched off, unscored with the cause."""
    found = judged(address, tmp_path, 40)
    assert all(one.judgment.scored and one.judgment.served_model == MODEL for one in found)
    assert all("no LLM" in one.judgment.reason for one in found)
    conduct(address, '{"down": true}')
    away = tmp_path / "away"
    away.mkdir()
    assert {one.judgment.cause for one in judged(address, away, 40)} <= {Cause.SERVER_ERROR, Cause.UNAVAILABLE}
    conduct(address, "{}")
