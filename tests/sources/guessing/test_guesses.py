"""A mapping guessed from anybody's logs: what cannot be used says why, what is unsure asks, what is plain is right."""

from __future__ import annotations

import csv
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tasks.domain.errors import SettingsError, SourceError
from tasks.sources import read
from tasks.sources.guessing import Guess, guess
from tests.sources.rows_made import START, row, write

WORDS = "the refund for order number is on its way and will arrive within some days after the warehouse".split()


def rows(number: int = 60, **renamed: str) -> list[dict[str, Any]]:
    """Rows of texts that look like texts; `renamed` gives canonical names other names."""
    chance = random.Random(5)
    made = []
    for at in range(number):
        text = " ".join(chance.choices(WORDS, k=12))
        one = row(at, prompt=f"Where is order {at}? {text}", response=f"{text}.", release="1" if at < 40 else "2")
        one |= {"latency_ms": 300.5 + at, "feedback": chance.choice(["up", "down", None])}
        made.append({renamed.get(name, name): value for name, value in one.items()})
    return made


def columns_of(found: Guess) -> dict[str, str]:
    """What `logs.columns` would be."""
    return dict(found.source.columns)


def test_logs_without_an_id_say_what_it_is_for_and_what_to_do(tmp_path: Path) -> None:
    """The columns there are stand beside, and how to name one."""
    found = guess(str(write(tmp_path / "a.jsonl", [one | {"interaction_id": None} for one in rows()])))
    (words,) = found.missing
    assert "no column holds interaction_id" in words
    assert "request id" in words
    assert "MAP='interaction_id=column'" in words
    assert found.tried.readable == 0


def test_an_id_that_repeats_is_none(tmp_path: Path) -> None:
    """A session is not an interaction."""
    made = [one | {"interaction_id": f"s{at // 6}"} for at, one in enumerate(rows())]
    assert guess(str(write(tmp_path / "a.jsonl", made))).missing


@pytest.mark.parametrize("content", [b"", b"[1, 2]\n\xff\xfe\n{broken"])
def test_logs_without_rows_are_one_clear_error(tmp_path: Path, content: bytes) -> None:
    """Naming the path."""
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(SourceError, match=r"a\.jsonl"):
        guess(str(tmp_path / "a.jsonl"))


def test_times_without_a_zone_are_read_as_utc_and_asked_about(tmp_path: Path) -> None:
    """What a person says of the zone settles it."""
    made = [one | {"timestamp": one["timestamp"].removesuffix("+00:00")} for one in rows()]
    path = write(tmp_path / "a.jsonl", made)
    found = guess(str(path))
    assert found.source.timezone == "UTC"
    assert any("no zone" in words and "ZONE=Europe/Berlin" in words for words in found.questions)
    told = guess(str(path), timezone="Europe/Berlin")
    assert told.source.timezone == "Europe/Berlin"
    assert told.questions == told.notes == ()
    first = next(iter(read(told.source, START - timedelta(days=1), START + timedelta(days=1))))
    assert first.timestamp == START - timedelta(hours=2)
    assert told.tried.readable == told.tried.rows
    with pytest.raises(SettingsError, match="'Mars' is no time zone"):
        guess(str(path), timezone="Mars")


def test_logs_without_a_release_say_what_that_means(tmp_path: Path) -> None:
    """Nothing to compare with, no rollback."""
    found = guess(str(write(tmp_path / "a.jsonl", [one | {"release": None} for one in rows()])))
    assert any("no column says which release answered" in words for words in found.notes)
    assert not found.missing


def test_ratings_from_one_to_five_are_left_out_with_what_is_wanted(tmp_path: Path) -> None:
    """They are no up or down."""
    made = [{**one, "feedback": None, "user_rating": at % 5 + 1} for at, one in enumerate(rows())]
    found = guess(str(write(tmp_path / "a.jsonl", made)))
    assert "feedback" not in columns_of(found)
    assert any("'user_rating' may be feedback" in words and "wanted: up/down" in words for words in found.notes)
    found = guess(str(write(tmp_path / "b.jsonl", [one | {"feedback": 3} for one in rows()])))
    assert any(words.startswith("feedback: '3' are not understood (wanted: up/down, ") for words in found.notes)
    assert (columns_of(found), found.tried.causes) == ({"feedback": ""}, {})


@pytest.mark.parametrize(("name", "path"), [("feedback", "feedback"), ("Bewertung", "logs.csv")])
def test_words_of_an_optional_column_that_nobody_understands_cost_no_row(tmp_path: Path, name: str, path: str) -> None:
    """The column is left out with a word, whether it bears the canonical name or a person named it."""
    made = [one | {"feedback": ["gut", "schlecht", None][at % 3]} for at, one in enumerate(rows())]
    renamed = [{name if key == "feedback" else key: value for key, value in one.items()} for one in made]
    logs = str(write(tmp_path / "a.jsonl", renamed))
    told = {"feedback": name} if name != "feedback" else {}
    found = guess(logs, told)
    assert any("'gut', 'schlecht' are not understood" in words for words in found.notes)
    reading = read(found.source, START, START + timedelta(days=1))
    assert len(list(reading)) == 60
    assert reading.quarantined == {}
    few = [one | {"feedback": "gut" if at == 1 else "up"} for at, one in enumerate(rows())]
    kept = guess(str(write(tmp_path / "b.jsonl", few)))
    assert (columns_of(kept), kept.tried.causes) == ({}, {"wrong type: feedback": 1})


def test_columns_with_german_french_and_spanish_names_are_what_they_say(tmp_path: Path) -> None:
    """Also where an answer looks more like a question than the question."""
    for at, names in enumerate(
        [
            {"interaction_id": "Anfrage-ID", "timestamp": "Zeitstempel", "service": "Dienst", "release": "Version",
             "prompt": "frage", "response": "antwort", "latency_ms": "Dauer", "feedback": "Rückmeldung"},
            {"interaction_id": "identifiant", "timestamp": "horodatage", "service": "application", "release": "version",
             "prompt": "question", "response": "Réponse", "latency_ms": "durée_ms", "feedback": "avis"},
            {"interaction_id": "id_solicitud", "timestamp": "fecha_hora", "service": "servicio", "release": "versión",
             "prompt": "pregunta", "response": "respuesta", "latency_ms": "duración", "feedback": "valoración"},
        ]
    ):  # fmt: skip
        logs = str(write(tmp_path / f"{at}.jsonl", rows(**names)))
        found = guess(logs)
        assert columns_of(found) == names
        assert not found.unsure_of_needed


def test_of_two_texts_without_a_name_that_tells_the_first_is_the_question(tmp_path: Path) -> None:
    """Questions are short: the longer text is not taken for one. One row shows how it would be read."""
    made = [one | {"prompt": f"Where is order {at}?"} for at, one in enumerate(rows())]
    renamed = [{{"prompt": "q1", "response": "r1"}.get(key, key): value for key, value in one.items()} for one in made]
    found = guess(str(write(tmp_path / "a.jsonl", renamed)))
    assert (columns_of(found)["prompt"], columns_of(found)["response"]) == ("q1", "r1")
    assert found.unsure_of_needed
    assert found.tried.readable_row["prompt"] == "'Where is order 0?'"


@pytest.mark.parametrize("number", [150, 600])
def test_what_is_found_does_not_depend_on_how_many_rows_are_looked_at(tmp_path: Path, number: int) -> None:
    """A few documents that repeat are a context; what is used as named and what is not found is known."""
    made = [
        one | {"context": ..., "model": ..., "output_tokens": ..., "request": {"docs": f"Document {at % 4} {WORDS}"}}
        for at, one in enumerate(rows(number))
    ]
    found = guess(str(write(tmp_path / "a.jsonl", [{k: v for k, v in one.items() if v is not ...} for one in made])))
    assert columns_of(found) == {"context": "request.docs"}
    assert found.as_named == (
        "interaction_id", "timestamp", "service", "release", "prompt", "response", "input_tokens", "latency_ms",
        "feedback",
    )  # fmt: skip
    assert set(found.not_found) == {"model", "reference", "output_tokens", "cost_usd", "error"}


def test_a_useful_value_that_was_not_found_names_what_may_be_meant(tmp_path: Path) -> None:
    """By its name, where the values do not forbid it."""
    made = [one | {"price_model": "m", "latency_ms": None, "took_it": 5} for one in rows()]
    found = guess(str(write(tmp_path / "a.jsonl", made)))
    assert found.not_found["latency_ms"] == ()
    made = [one | {"input_tokens": None, "tokens_in_all": "7"} for one in rows()]
    found = guess(str(write(tmp_path / "b.jsonl", made)), {"output_tokens": "output_tokens"})
    assert "tokens_in_all" in (columns_of(found).get("input_tokens"), *found.not_found.get("input_tokens", ()))


def test_a_unit_is_asked_about_until_it_is_told(tmp_path: Path) -> None:
    """With the very words that settle it."""
    path = str(write(tmp_path / "a.jsonl", [one | {"took": 1.25} for one in rows(latency_ms="other")]))
    found = guess(path)
    assert columns_of(found)["latency_ms"] == "took * 1000"
    assert any("MAP='latency_ms=took * 1000'" in words for words in found.questions)
    assert not any("is that its unit" in words for words in guess(path, {"latency_ms": "took * 1000"}).questions)


def test_times_that_cannot_be_read_are_shown(tmp_path: Path) -> None:
    """Slashes may begin with the day or the month; dots begin with the day."""
    made = [one | {"timestamp": "06/11/2026 12:00"} for one in rows()]
    (words,) = guess(str(write(tmp_path / "a.jsonl", made))).missing
    assert "'timestamp' seems to be the timestamp" in words
    assert "such as '06/11/2026 12:00'" in words
    made = [one | {"timestamp": f"12.11.2026 12:00:{at:02}"} for at, one in enumerate(rows())]
    assert guess(str(write(tmp_path / "b.jsonl", made))).tried.readable == 60


def test_a_status_is_no_failure(tmp_path: Path) -> None:
    """A column that most rows fill would fail every call."""
    made = [one | {"status_message": "ok"} for one in rows()]
    assert "error" not in columns_of(guess(str(write(tmp_path / "a.jsonl", made))))


def test_a_column_that_only_may_be_the_service_is_asked_about_and_can_be_told(tmp_path: Path) -> None:
    """`model_id` names a model elsewhere; the other candidate stands in the question."""
    path = write(tmp_path / "a.jsonl", [one | {"project": "p"} for one in rows(service="model_id", release="version")])
    found = guess(str(path))
    assert columns_of(found) == {"service": "model_id", "release": "version"}
    assert [words for words in found.questions if "is 'model_id' the service?" in words and "'project'" in words]
    assert found.confirmed("service").questions == ()
    told = guess(str(path), {"service": "project"})
    assert columns_of(told)["service"] == "project"
    with pytest.raises(SettingsError, match="did you mean 'service'"):
        guess(str(path), {"servce": "project"})


def test_our_own_names_need_no_mapping_and_no_question(tmp_path: Path) -> None:
    """Nothing differs, nothing is said."""
    found = guess(str(write(tmp_path / "a.jsonl.gz", rows())))
    assert (columns_of(found), found.questions, found.notes, found.missing) == ({}, (), (), ())
    assert found.tried.readable == found.tried.rows == 60


def test_a_table_with_other_names_units_and_no_zone_is_mapped(tmp_path: Path) -> None:
    """CSV as people export it: every cell is text."""
    with (tmp_path / "a.csv").open("w", newline="") as file:
        written = csv.writer(file)
        written.writerow(["Request ID", "Created At", "User Question", "Bot Answer", "App Version", "Latency (s)"])
        for one in rows():
            at = one["timestamp"].replace("T", " ").removesuffix("+00:00")
            seconds = one["latency_ms"] / 1000
            written.writerow([one["interaction_id"], at, one["prompt"], one["response"], one["release"], seconds])
    found = guess(str(tmp_path / "a.csv"))
    assert columns_of(found) == {
        "interaction_id": "Request ID",
        "timestamp": "Created At",
        "prompt": "User Question",
        "response": "Bot Answer",
        "release": "App Version",
        "latency_ms": "Latency (s) * 1000",
    }
    interaction = next(iter(read(found.source, START, START + timedelta(days=1))))
    assert interaction.latency_ms == pytest.approx(300.5)


def test_a_parquet_file_with_other_names_is_mapped(tmp_path: Path) -> None:
    """Typed moments, and documents as the context."""
    made = rows()
    moments = pd.to_datetime([one["timestamp"] for one in made])
    pd.DataFrame(
        {
            "msg_uuid": [one["interaction_id"] for one in made],
            "event_ts": moments,
            "query": [one["prompt"] for one in made],
            "generated_text": [one["response"] for one in made],
            "build": [one["release"] for one in made],
            "thumbs": [one["feedback"] for one in made],
        }
    ).to_parquet(tmp_path / "a.parquet")
    found = guess(str(tmp_path / "a.parquet"))
    assert columns_of(found) == {
        "interaction_id": "msg_uuid",
        "timestamp": "event_ts",
        "prompt": "query",
        "response": "generated_text",
        "release": "build",
        "feedback": "thumbs",
    }
    assert found.tried.readable == found.tried.rows


def test_nested_rows_are_found_by_path(tmp_path: Path) -> None:
    """Messages are a prompt, a text below the answer a response; usage gives tokens."""
    made = [
        {
            "meta": {"id": one["interaction_id"], "ts": one["timestamp"], "app": "bot", "version": one["release"]},
            "request": {"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Why?"}]},
            "reply": {"text": one["response"], "usage": {"prompt_tokens": 9, "completion_tokens": 4}},
        }
        for one in rows()
    ]
    found = guess(str(write(tmp_path / "a.jsonl", made)))
    assert columns_of(found) == {
        "interaction_id": "meta.id",
        "timestamp": "meta.ts",
        "service": "meta.app",
        "release": "meta.version",
        "prompt": "request.messages",
        "response": "reply.text",
        "input_tokens": "reply.usage.prompt_tokens",
        "output_tokens": "reply.usage.completion_tokens",
    }


SPAN = {
    "span_id": "s", "start_time": "2026-06-01T00:00:00Z", "end_time": "2026-06-01T00:00:01Z",
    "attributes": {"gen_ai.prompt": "Why is it so?", "gen_ai.completion": "Because it is."},
}  # fmt: skip
TRACE = {
    "id": "t", "startTime": "2026-06-01T00:00:00Z", "input": "Why is it so?", "output": "Because it is.",
    "usageDetails": {"input": 3, "output": 4}, "latency": 1.2, "release": "7",
}  # fmt: skip
SPEND = {
    "request_id": "r", "startTime": "2026-06-01 00:00:00", "messages": [{"role": "user", "content": "Why is it so?"}],
    "response": {"choices": [{"message": {"content": "Because it is."}}]}, "spend": 0.1, "call_type": "acompletion",
    "metadata": {"release": "7"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("preset", "one", "identity", "columns"),
    [
        ("otel_genai", SPAN, "span_id", {}),
        ("langfuse", TRACE, "id", {}),
        ("litellm", SPEND, "request_id", {"release": "metadata.release"}),
    ],
)
def test_a_known_format_is_recognized_by_its_marks(
    tmp_path: Path, preset: str, one: dict[str, Any], identity: str, columns: dict[str, str]
) -> None:
    """What the preset does not know is mapped beside it."""
    made = [json.loads(json.dumps(one)) | {identity: f"{identity}{at}"} for at in range(30)]
    found = guess(str(write(tmp_path / "a.jsonl", made)))
    assert (found.source.preset, columns_of(found)) == (preset, columns)
    assert found.tried.readable == found.tried.rows


def test_broken_rows_are_counted_and_do_not_spoil_the_guess(tmp_path: Path) -> None:
    """Their causes are those of the real reading."""
    made: list[Any] = [*rows(), "{cut", [1], *(one | {"timestamp": "soon"} for one in rows(3))]
    found = guess(str(write(tmp_path / "a.jsonl", made)))
    assert found.tried.causes == {"unreadable timestamp": 3}
    assert columns_of(found) == {}


def test_the_first_and_last_file_of_a_folder_are_looked_at(tmp_path: Path) -> None:
    """A column that came later is found."""
    write(tmp_path / "a.jsonl", rows())
    later = [one | {"timestamp": str(datetime(2026, 7, 1, tzinfo=UTC)), "cost": 0.01} for one in rows()]
    write(tmp_path / "b.jsonl", [one | {"interaction_id": f"b{at}"} for at, one in enumerate(later)])
    assert columns_of(guess(str(tmp_path))) == {"cost_usd": "cost"}
