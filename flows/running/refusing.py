"""The end of a run that was refused: a failure, so that a pipeline stops, named for what it is."""

from __future__ import annotations

from typing import Any

from prefect.client.schemas import State
from prefect.states import Failed

from tasks.domain.errors import RefusedError


def refused(error: RefusedError) -> State[Any]:
    """Return the final state of a run that may not do what it was asked; whoever waits for it gets the error."""
    return Failed(message=str(error), name="Refused", data=error)
