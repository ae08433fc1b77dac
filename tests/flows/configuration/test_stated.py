"""Files are read as Prefect reads them, and what it would skip or ignore in silence is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.configuration.stated import read
from tests.flows.configuration.conftest import SERVICE, written

pytestmark = pytest.mark.usefixtures("no_server")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("deployments: [", "is no YAML"),
        ("- a\n", "states no list `deployments`"),
        ("deployments:\n- entrypoint: flows.evaluation.evaluate\n", "deployment 1: name is missing"),
        ("deployments:\n- {name: a, entrypoint: b, paramters: {}}\n", "'paramters' here and ignores it; did"),
        ("deployments:\n- {name: a, entrypoint: b, schedules: 5}\n", "a, schedules: not in Prefect's format"),
        ("deploymnts: []\ndeployments: []\n", "'deploymnts' here and ignores it; did you mean 'deployments'?"),
        ("deployments:\n- {name: a, name: b, entrypoint: c}\n", "'name' stands twice"),
        ("deployments:\n- just text\n", "a deployment is no mapping"),
        ("deployments:\n- {name: a, entrypoint: b, version: '{{ prefect.variables.x }}'}\n", "only a server can"),
        ("deployments:\n- {name: a, entrypoint: b, parameters: {x: '{{ x }}'}}\n", "nothing fills in {{ x }}"),
    ],
)  # fmt: skip
def test_a_file_that_prefect_would_not_take_as_meant_is_a_fault(tmp_path: Path, text: str, words: str) -> None:
    """One line each, naming the file."""
    (file := tmp_path / "team.yaml").write_text(text)
    faults = [str(fault) for fault in read(file)[1]]
    assert [line for line in faults if words in line and line.startswith(str(file))], faults


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """So is a folder."""
    for place in (tmp_path / "nowhere.yaml", tmp_path):
        assert "cannot be read" in str(read(place)[1][0])


def test_a_stage_is_filled_in_from_the_environment_and_its_absence_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefect would leave an unset variable empty."""
    staged = SERVICE.format(name="bot") + '      policy: {mode: "{{ $STAGE_MODE }}", cooldown: "{{ $STAGE_HOURS }}h"}\n'
    file = written(tmp_path / "team.yaml", staged)
    monkeypatch.delenv("STAGE_HOURS", raising=False)
    monkeypatch.setenv("STAGE_MODE", "approve")
    (bot,), (fault,) = read(file)
    assert bot.parameters["policy"]["mode"] == "approve"
    assert "environment variable STAGE_HOURS is not set" in str(fault)
    monkeypatch.setenv("STAGE_HOURS", "3")
    (bot,), faults = read(file)
    assert not faults
    assert bot.parameters["policy"]["cooldown"] == "3h"
    monkeypatch.delenv("STAGE_MODE")
    monkeypatch.delenv("STAGE_HOURS")
    assert [name in str(fault) for fault, name in zip(read(file)[1], ("STAGE_HOURS", "STAGE_MODE"), strict=True)]


def test_the_templates_of_triggers_and_steps_are_left_for_later(tmp_path: Path) -> None:
    """An event fills them in, or the worker."""
    later = (
        '    triggers: [{type: event, parameters: {service: "{{ event.payload.service }}"}}]\n'
        '    pull: [{step: {directory: "{{ $NOT_SET_HERE }}"}}]\n'
    )
    (bot,), faults = read(written(tmp_path / "team.yaml", SERVICE.format(name="bot") + later))
    assert not faults
    assert bot.config["triggers"][0]["parameters"]["service"] == "{{ event.payload.service }}"
