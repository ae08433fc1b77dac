"""Where a run works: MLflow, registry and store opened once, for one run of its kind and service at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flows.running.artifacts import slug
from flows.running.aside import prefix
from flows.running.progress import Steps, shown
from tasks.registry import Registry
from tasks.store import Held, Store
from tasks.tracking import Studies


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a run works with.

    Attributes:
        store: Where everything is remembered.
        registry: Where releases and prompts are.
        studies: MLflow's runs.
        held: The lease; checked before anything is written that another run could have written.
        steps: Told how far the run is.
    """

    store: Store
    registry: Registry
    studies: Studies
    held: Held
    steps: Steps


@contextmanager
def workplace(work: str, service: str, progress: str) -> Iterator[Workplace]:
    """Open what a run works with; MLflow first, so that nothing is begun that could not be recorded.

    Args:
        work: What is done; no two runs do it for the same service at once.
        service: Whose.
        progress: What the key of its progress artifact begins with.

    Raises:
        TrackingError: when MLflow does not answer.
        RegistryError: when the registry does not.
        LeaseHeldError: when another run is at it.
    """
    studies, registry = Studies.connect(), Registry.connect()
    with (
        Store.open() as store,
        store.leases.hold(f"{work}/{service}") as held,
        shown(f"{prefix()}{progress}-{slug(service)}") as steps,
    ):
        yield Workplace(store, registry, studies, held, steps)
