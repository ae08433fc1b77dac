"""The door of a flow: what does not fit is refused before anything is recorded of it, and no secret is repeated."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from prefect.flows import Flow
from prefect.utilities.callables import get_call_parameters

from tasks.domain.errors import PlumblineError

P = ParamSpec("P")
R = TypeVar("R")


class Door(Flow[P, R]):
    """A flow whose parameters are checked before there is a run.

    Prefect records the parameters of a run first and checks them then: a key pasted where its name belongs would lie in
    its database. A run from a deployment is checked by the server's schema, and here once more by the engine.
    """

    if not TYPE_CHECKING:

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            """Check what was given, then run.

            Raises:
                ParameterTypeError: naming each setting that does not fit, and what to do about it.
            """
            given = {name: value for name, value in kwargs.items() if name not in {"return_state", "wait_for"}}
            self.validate_parameters(get_call_parameters(self.fn, args, given))
            return super().__call__(*args, **kwargs)


def door(name: str, run_name: Callable[[], str]) -> Callable[[Callable[P, R]], Door[P, R]]:
    """Make a function a flow; its results hold ids and numbers, and need no place of their own.

    Args:
        name: Of the flow.
        run_name: Says service and window in the name of a run.
    """

    def made(function: Callable[P, R]) -> Door[P, R]:
        return Door(function, name=name, flow_run_name=run_name, persist_result=False)

    return made


class Discreet(logging.Filter):
    """Keeps two things out of Prefect's log that the error itself says better, or must not say.

    Parameters that do not fit, printed whole, and with them what was pasted; and the traceback of an error that names
    what happened, to which, and what to do.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is told at all."""
        if str(record.msg).startswith("Parameter validation failed"):
            return False
        if record.exc_info and isinstance(record.exc_info[1], PlumblineError):
            record.exc_info = None
        return True


for _logger in ("prefect.flows", "prefect.flow_runs"):
    logging.getLogger(_logger).addFilter(Discreet())
