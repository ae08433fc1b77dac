"""Prefect for the flows' tests: one harness for the session, and a place of its own for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.testing.utilities import prefect_test_harness


@pytest.fixture(scope="session", autouse=True)
def prefect() -> Iterator[None]:
    """A real Prefect server on a temporary database."""
    # A heartbeat thread would hold up the end of each flow run by a second.
    with (
        prefect_test_harness(server_startup_timeout=120),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield


@pytest.fixture(scope="session")
def mlflow_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One MLflow database for the session: creating its schema takes seconds."""
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mlflow_uri: str) -> Path:
    """An empty folder to run in, with a store of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLUMBLINE_STORE_URL", f"sqlite:///{tmp_path}/store.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_uri)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert "PREFECT_API_URL" not in os.environ
    return tmp_path
