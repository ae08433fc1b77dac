"""One MLflow database for the room; every test has a service of its own."""

from __future__ import annotations

import itertools

import pytest

from tasks.registry import Registry

_numbers = itertools.count()


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry on a temporary SQLite; creating its schema takes seconds."""
    return Registry.connect(f"sqlite:///{tmp_path_factory.mktemp('registry')}/mlflow.db")


@pytest.fixture
def service() -> str:
    """A service nobody else uses."""
    return f"service-{next(_numbers)}"
