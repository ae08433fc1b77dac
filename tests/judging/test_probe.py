"""One small request tells whether a judge can be used; what it is told is what a person can mend."""

from __future__ import annotations

import pytest

from tasks.domain.settings.judging import Judge
from tasks.judging.probe import probe
from tests.judging.fake_judge import FakeJudge


def test_a_judge_where_nothing_listens_is_named_without_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is that of the environment where the settings have none."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1?key=secret")
    found = probe(Judge(), "any")
    assert found is not None
    assert (found.address, found.words) == ("http://127.0.0.1:9/v1", "does not answer (connection refused)")


def test_a_host_that_does_not_exist_is_told() -> None:
    """By name, whoever resolves it."""
    found = probe(Judge(base_url="http://judge.invalid/v1"), "any")
    assert found is not None
    assert found.words.startswith("does not answer (")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("401", "refuses the key (401)"),
        ("404", "has no model 'gpt-4o-mini', or is not at this address (404)"),
        ("500", "fails (500)"),
        ("quota", "says the quota is used up"),
        ("html", "answers with something else than a chat completion"),
        ("429", None),
        ("400", None),
        (None, None),
    ],
)
def test_what_an_endpoint_answers_tells_whether_it_can_be_used(
    fake: FakeJudge, fault: str | None, words: str | None
) -> None:
    """A busy one can, and one that wants another form of request; it is asked once."""
    fake.behaviour.fault = lambda k, text: fault
    found = probe(Judge(base_url=fake.url), "any")
    assert (found.words if found else None) == words
    assert len(fake.requests) == 1
