"""What MLflow raises, as one error that names the address: never a password in it, nor in what it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from tasks.domain.errors import TrackingError

_CREDENTIALS = re.compile(r"(?<=://)([^/\s:@]*):([^/\s]*)@")
_LONGEST = 300


@contextmanager
def named(address: str) -> Iterator[None]:
    """Turn MLflow's errors, its database's and the network's into a TrackingError."""
    from mlflow.exceptions import MlflowException

    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        first = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        told = TrackingError(
            f"MLflow at {without_password(address)} cannot be used: {without_password(first)[:_LONGEST]}; start the "
            "server, or set MLFLOW_TRACKING_URI (unset, everything is recorded under .plumbline/)"
        )
        if without_password(address) != address:
            raise told from None  # the cause would be printed, and it may carry the address as it was given
        raise told from error


def without_password(text: str) -> str:
    """Return the text with the password of every address in it hidden.

    >>> without_password("http://me:se@cret@host:5000/ is gone")
    'http://me:***@host:5000/ is gone'
    """
    return _CREDENTIALS.sub(r"\1:***@", text)
