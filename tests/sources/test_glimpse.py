"""Both ends of some logs say which services they name and when, however long they are."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tasks.domain.errors import SourceError
from tasks.domain.settings.logs import LogSource
from tasks.sources.glimpse import glimpse
from tests.sources.rows_made import START, row, write


def test_the_first_and_the_last_file_are_looked_at_and_no_more_rows_than_allowed(tmp_path: Path) -> None:
    """Broken rows and nameless ones are no services."""
    write(tmp_path / "a.jsonl", ["{cut", *(row(at, service="bot") for at in range(5)), row(5, service=None)])
    write(tmp_path / "b.jsonl", [row(10, service="unseen")])
    write(tmp_path / "c.jsonl.gz", [row(at, service="coach") for at in range(20, 23)])
    logs = LogSource(path=str(tmp_path))
    seen = glimpse(logs)
    assert (seen.services, seen.whole) == ({"bot": 5, "coach": 3}, False)
    assert (seen.first, seen.last) == (START, START + timedelta(minutes=22))
    (tmp_path / "b.jsonl").unlink()
    assert glimpse(logs).whole
    few = glimpse(logs, most=2)
    assert (few.services, few.whole) == ({"bot": 1, "coach": 2}, False)


def test_nothing_to_be_seen_is_nothing_and_no_file_is_an_error(tmp_path: Path) -> None:
    """Traces lie in MLflow."""
    assert glimpse(LogSource(kind="mlflow_traces", experiment="x")).first is None
    assert glimpse(LogSource(path=str(write(tmp_path / "a.jsonl", ["{cut"])))).first is None
    with pytest.raises(SourceError, match="does not exist"):
        glimpse(LogSource(path=str(tmp_path / "nowhere")))
