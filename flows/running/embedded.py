"""Embedded use: without a Prefect server named in the environment, everything runs and stays under `.plumbline/`.

Prefect reads its settings from the environment when it is imported, so this module imports nothing of it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HOME = Path(".plumbline")

_QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "1",
}

_EPHEMERAL = {
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
    # By default an ephemeral server loses task states at its exit; small batches and a quick flush keep them.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    # The first start in a fresh home migrates a database.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
}


def settle_down() -> None:
    """Point Prefect's home below `.plumbline/` and quiet it, unless the environment names a server, profile or home."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    if "prefect" in sys.modules or not is_embedded():
        return
    home = Path(os.environ.setdefault("PREFECT_HOME", str((HOME / "prefect").resolve())))
    # Prefect creates the last folder of its home, not its parents.
    home.mkdir(parents=True, exist_ok=True)
    for name, value in _EPHEMERAL.items():
        os.environ.setdefault(name, value)


def is_embedded() -> bool:
    """Whether neither a Prefect server nor a profile is named in the environment."""
    return not any(os.environ.get(name) for name in ("PREFECT_API_URL", "PREFECT_PROFILE"))
