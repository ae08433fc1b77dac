"""Where to look first: the newest window that failed."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.domain.errors import TrackingError
from tasks.registry import connect, named

_SERVICES = "name LIKE 'plumbline/%'"
"""The experiments of services, as MLflow is asked for them."""


@dataclass(frozen=True, slots=True)
class FailedWindow:
    """A window that failed, as MLflow has it.

    Attributes:
        name: Of its run: when, which release, what came out.
        experiment_id: Of the service's experiment.
        run_id: Its run.
        flow_run_id: The run of `evaluate` that found it; None where none is known.
    """

    name: str
    experiment_id: str
    run_id: str
    flow_run_id: str | None


def holds_services(uri: str) -> bool:
    """Whether anything of a service is recorded there.

    Raises:
        TrackingError: when MLflow does not answer, naming the address.
    """
    client, address = connect(uri, TrackingError)
    with named(address, TrackingError):
        return bool(client.search_experiments(filter_string=_SERVICES, max_results=1))


def newest_failure(uri: str) -> FailedWindow | None:
    """Return the window that failed last, over all services; None where none did.

    Raises:
        TrackingError: when MLflow does not answer, naming the address.
    """
    client, address = connect(uri, TrackingError)
    with named(address, TrackingError):
        experiments = client.search_experiments(filter_string=_SERVICES)
        runs = client.search_runs(
            [known.experiment_id for known in experiments],
            "tags.`plumbline.kind` = 'window' and tags.`plumbline.verdict` = 'fail'",
            order_by=["attributes.start_time DESC"],
            max_results=1,
        )
    if not runs:
        return None
    run = runs[0]
    flow_run_id = run.data.tags.get("plumbline.flow_run_id")
    return FailedWindow(run.info.run_name or "", run.info.experiment_id, run.info.run_id, flow_run_id)
