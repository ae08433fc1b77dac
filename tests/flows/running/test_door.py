"""What does not fit is refused at the door, and what was pasted is repeated nowhere."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from prefect import get_client
from prefect.exceptions import ParameterTypeError

from flows.evaluation import evaluate
from tasks.domain.errors import SettingsError

PASTED = "sk-proj-abcdefGHIJKL0123456789"


def test_a_pasted_key_stands_in_no_error_no_log_and_no_record(
    place: Path, service: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Prefect would keep the parameters of the run before it checks them, and print them when they do not fit."""
    with caplog.at_level(logging.DEBUG), pytest.raises(ParameterTypeError, match="looks like a secret") as refused:
        evaluate(service=service, logs={"path": "logs.jsonl"}, judge={"api_key": PASTED})
    printed = capsys.readouterr()
    assert PASTED not in f"{refused.value}{caplog.text}{printed.out}{printed.err}"
    with get_client(sync_client=True) as client:
        assert not [run for run in client.read_flow_runs() if service in str(run.parameters)]


def test_an_error_that_says_it_all_leaves_no_traceback_in_the_log(
    place: Path, service: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Its last line would be found below two pages."""
    with caplog.at_level(logging.ERROR), pytest.raises(SettingsError, match="7h"):
        evaluate(service=service, logs={"path": "logs.jsonl"}, window="7h")
    assert "7h" in caplog.text
    assert "Traceback" not in caplog.text
