"""Configuration files as people write them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

SERVICE = """
  - name: {name}
    entrypoint: flows.evaluation.evaluate
    work_pool: {{name: plumbline}}
    schedules: [{{cron: "15 * * * *", timezone: UTC}}]
    parameters:
      service: {name}
      logs: {{path: "logs/{name}/*.jsonl"}}
      judge: {{provider: heuristic}}
"""


@pytest.fixture
def no_server() -> Iterator[None]:
    """Only files are checked."""
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        yield


def written(file: Path, *services: str) -> Path:
    """Write a file of deployments."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("deployments:" + "".join(services))
    return file
