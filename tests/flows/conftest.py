"""Prefect for the flows' tests: one harness for the session, and a place of its own for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.testing.utilities import prefect_test_harness

from tests.receiver import Receiver, listening
from tests.routing.routers import SECRET, Router, routing


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


@pytest.fixture
def service(place: Path) -> str:
    """A name of its own: the MLflow database is shared."""
    return f"bot-{uuid4().hex[:8]}"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A webhook on loopback whose address is the secret HOOK."""
    with listening() as receiver:
        monkeypatch.setenv("HOOK", receiver.url)
        yield receiver


@pytest.fixture
def router(monkeypatch: pytest.MonkeyPatch) -> Iterator[Router]:
    """A router on loopback that serves release 1; its secret is ROUTER."""
    monkeypatch.setenv("ROUTER", SECRET)
    with routing() as opened:
        opened.serving = "1"
        yield opened
