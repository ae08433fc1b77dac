"""A connection to MLflow, and what it raises as one error that names the address: never a password in it."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from tasks.domain.errors import PlumblineError, RegistryError
from tasks.domain.places import EMBEDDED_MLFLOW_URI

if TYPE_CHECKING:
    from mlflow import MlflowClient

_CREDENTIALS = re.compile(r"(?<=://)([^/\s:@]*):([^/\s]*)@")
_LONGEST = 300

_ENVIRONMENT = {
    # A person waits: two tries, not MLflow's seven with growing pauses.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # Addresses of runs stand in the artifact; in the worker's log they are noise.
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    # Runs are made through a client from files that may lie outside any repository.
    "GIT_PYTHON_REFRESH": "quiet",
}


def mlflow_uri() -> str:
    """Return the tracking URI that is in force: the environment's, else the embedded database."""
    return os.environ.get("MLFLOW_TRACKING_URI") or EMBEDDED_MLFLOW_URI


def connect(uri: str | None = None, error: type[PlumblineError] = RegistryError) -> tuple[MlflowClient, str]:
    """Return a client that was answered, and the address it talks to.

    Args:
        uri: The address; None: MLFLOW_TRACKING_URI's, else a database below `.plumbline/`.
        error: What is raised when MLflow does not answer.

    Raises:
        PlumblineError: the given one, naming the address.
    """
    address = uri or mlflow_uri()
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    for chatty in ("mlflow.store", "alembic", "mlflow.tracking", "urllib3.connectionpool"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    from mlflow import MlflowClient

    with named(address, error):
        if address.startswith("sqlite:///"):
            Path(address.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        # The registry is where the runs are: another one would be asked for by its own variable, which MLflow reads.
        client = MlflowClient(tracking_uri=address, registry_uri=os.environ.get("MLFLOW_REGISTRY_URI") or address)
        client.search_experiments(max_results=1)
    return client, address


@contextmanager
def named(address: str, error: type[PlumblineError] = RegistryError) -> Iterator[None]:
    """Turn MLflow's errors, its database's and the network's into one that names the address."""
    from mlflow.exceptions import MlflowException

    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as raised:
        first = next((line for line in str(raised).splitlines() if line.strip()), type(raised).__name__)
        told = error(
            f"MLflow at {without_password(address)} cannot be used: {without_password(first)[:_LONGEST]}; start the "
            "server, or set MLFLOW_TRACKING_URI (unset, everything is recorded under .plumbline/)"
        )
        if without_password(address) != address:
            raise told from None  # the cause would be printed, and it may carry the address as it was given
        raise told from raised


def without_password(text: str) -> str:
    """Return the text with the password of every address in it hidden.

    >>> without_password("http://me:se@cret@host:5000/ is gone")
    'http://me:***@host:5000/ is gone'
    """
    return _CREDENTIALS.sub(r"\1:***@", text)
