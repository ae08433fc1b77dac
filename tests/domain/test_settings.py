"""Settings are strict, helpful, and never hold or repeat a secret."""

import re

import pytest
from pydantic import TypeAdapter, ValidationError

from tasks.domain.settings.judging import Judge
from tasks.domain.settings.labels import Labels
from tasks.domain.settings.logs import MASKS, LogSource
from tasks.domain.settings.monitors import Monitors
from tasks.domain.settings.policy import Alerts, Baseline, Policy, Target
from tasks.domain.settings.words import Name

ALL = (Judge, Monitors, LogSource, Labels, Alerts, Baseline, Policy, Target)


def test_a_misspelled_key_names_the_nearest_known_one() -> None:
    """At any depth."""
    with pytest.raises(ValidationError, match="Judge has no setting 'provder'; did you mean 'provider'"):
        Judge.model_validate({"provder": "openai"})
    with pytest.raises(ValidationError, match="QualityMonitor has no setting 'min_scor'; did you mean 'min_score'"):
        Monitors.model_validate({"quality": {"min_scor": 0.5}})


def test_an_unknown_choice_lists_the_known_ones() -> None:
    """The error names field and choices."""
    with pytest.raises(ValidationError, match=r"(?s)provider.*'openai' or 'heuristic'"):
        Judge.model_validate({"provider": "opnai"})


@pytest.mark.parametrize(
    "key",
    ["sk-abcDEF123456", "sk-proj-x", "Bearer abc", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "a b", "AKIA-1234567"],
)
def test_a_key_given_in_clear_is_refused_without_repeating_it(key: str) -> None:
    """Secrets are named, never given; the error does not leak what was given."""
    with pytest.raises(ValidationError) as error:
        Judge.model_validate({"api_key": key})
    assert "looks like a secret" in str(error.value)
    assert key not in str(error.value)


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "openai-key", "JUDGE_KEY_2", "skills_key"])
def test_a_name_of_a_secret_is_accepted(name: str) -> None:
    """Environment variables and Prefect blocks."""
    assert Judge(api_key=name).api_key == name


def test_an_unknown_canonical_column_is_refused() -> None:
    """Mappings read {canonical: yours}; turned round, the error says so."""
    with pytest.raises(ValidationError, match="'model_id' is no canonical name"):
        LogSource(path="x", columns={"model_id": "service"})


def test_what_people_say_is_kept_as_one_line_and_names_that_deceive_are_refused() -> None:
    """Both stand in messages, pages and terminals."""
    assert Alerts(owner="team\x1b[2J\r\n# a", runbook=None).owner == "team\ufffd[2J # a"
    named = TypeAdapter(Name)
    assert named.validate_python("客服 1.4 <b>") == "客服 1.4 <b>"
    for name in ("1\x1b[2J", "1\n2", "1\u202e4."):
        with pytest.raises(ValidationError, match="write it without") as error:
            named.validate_python(name)
        assert name not in str(error.value)


@pytest.mark.parametrize(
    ("model", "given", "words"),
    [
        (Judge, {"anchors": 5}, "anchors 5 would be paid for and tell nothing: it takes at least 8"),
        (Judge, {"batch_deadline": "soon"}, "'soon' is no length of time"),
        (LogSource, {"path": "x", "settle": "10"}, "'10' is no length of time"),
        (Policy, {"cooldown": "6 hours"}, "'6 hours' is no length of time"),
        (Target, {"settle": "-1s"}, "'-1s' is no length of time"),
        (Alerts, {"urls": ["https://hooks.example/x"]}, "looks like a secret"),
        (Target, {"secret": "sk-abcDEF123456"}, "looks like a secret"),
        (Baseline, {"kind": "release"}, "needs baseline.release"),
        (Baseline, {"kind": "period", "start": "2026-06-01T00:00:00Z"}, "needs baseline.start and baseline.end"),
        (
            Baseline,
            {"kind": "period", "start": "2026-06-01T00:00:00", "end": "2026-06-02T00:00:00Z"},
            "baseline.start '2026-06-01T00:00:00' has no time zone",
        ),
        (
            Baseline,
            {"kind": "period", "start": "2026-06-02T00:00:00Z", "end": "2026-06-01T00:00:00Z"},
            "must lie before baseline.end",
        ),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_written(model: type, given: dict, words: str) -> None:
    """By `make config` and the run form, not by the first run an hour later."""
    with pytest.raises(ValidationError, match=re.escape(words)):
        model.model_validate(given)


def test_what_was_written_is_kept_as_written() -> None:
    """Lengths of time and names are shown in reports as people gave them."""
    assert Policy(cooldown="90m").cooldown == "90m"
    assert Judge(anchors=0).anchors == 0
    assert Alerts(urls=("HOOK",)).secrets == ("HOOK",)
    assert Target().secret is None


@pytest.mark.parametrize("model", ALL)
def test_every_field_is_described_for_the_form(model: type) -> None:
    """The run form shows descriptions; a field without one is a riddle."""

    def check(model: type) -> None:
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"
            if isinstance(field.annotation, type) and hasattr(field.annotation, "model_fields"):
                check(field.annotation)

    check(model)


def test_every_setting_that_names_a_secret_is_looked_for_by_make_config() -> None:
    """What a field calls the name of a secret stands in `secrets`, unless it is not needed as set."""
    asked = {
        Judge: {"api_key": "ONE"},
        Target: {"kind": "webhook", "url": "https://router.example", "secret": "ONE"},
        Alerts: {"urls": ["ONE"]},
    }
    for model in ALL:
        described = {name: field.description or "" for name, field in model.model_fields.items()}
        naming = [name for name, words in described.items() if re.search("names? of .*secret", words, re.IGNORECASE)]
        assert len(naming) == (model in asked), (model, naming)
        if model in asked:
            assert model.model_validate(asked[model]).secrets == ("ONE",)
    assert Judge(provider="heuristic").secrets == Target().secrets == ()


def test_what_a_run_form_lets_through_is_what_masking_takes() -> None:
    """Prefect checks a run's parameters against the schema: `true` must stand there, too."""
    schema = LogSource.model_json_schema()["properties"]["mask"]
    assert {one["type"] for one in schema["anyOf"]} == {"array", "boolean"}
    assert LogSource.model_validate({"path": "logs.jsonl", "mask": True}).mask == MASKS
    assert LogSource.model_validate({"path": "logs.jsonl", "mask": False}).mask == ()
