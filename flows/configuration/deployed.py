"""What the server holds: deployments, their automations, work pools and blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.schemas.automations import AutomationCore

from flows.configuration.schedule import Schedule, schedule_of

_PAGE = 200
"""Entries asked for at a time: the server's own limit."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment as the server runs it."""

    flow: str
    name: str
    entrypoint: str
    parameters: Mapping[str, Any]
    schedules: tuple[Schedule, ...]
    work_pool: str | None
    limit: tuple[int | None, str | None]
    job_variables: Mapping[str, Any]
    paused: bool

    @property
    def path(self) -> str:
        """`flow/name`, as Prefect's commands take it."""
        return f"{self.flow}/{self.name}"


@dataclass(frozen=True, slots=True)
class Server:
    """Everything of a server the configuration is compared with."""

    address: str
    deployments: tuple[Deployed, ...] = ()
    work_pools: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    automations: Mapping[str, AutomationCore] = field(default_factory=dict)


def read_server(address: str) -> Server:
    """Read what is compared; nothing is changed, and no secret's value is asked for.

    Args:
        address: How the server is called in messages.
    """
    with get_client(sync_client=True) as client:
        flows = {flow.id: flow.name for flow in _pages(client.read_flows)}
        return Server(
            address,
            tuple(_deployed(flows[one.flow_id], one) for one in _pages(client.read_deployments)),
            frozenset(pool.name for pool in _pages(client.read_work_pools)),
            frozenset(_blocks(client)),
            {one.name: one for one in _pages(client.read_automations)},
        )


def _deployed(flow: str, one: DeploymentResponse) -> Deployed:
    limit, options = one.global_concurrency_limit, one.concurrency_options
    strategy = options.collision_strategy.value if options else None
    return Deployed(
        flow=flow,
        name=one.name,
        entrypoint=one.entrypoint or "",
        parameters=one.parameters,
        schedules=tuple(
            schedule_of(had.schedule, had.parameters, active=had.active, id=str(had.id)) for had in one.schedules
        ),
        work_pool=one.work_pool_name,
        limit=(limit.limit if limit else None, strategy),
        job_variables=one.job_variables,
        paused=one.paused,
    )


def _blocks(client: SyncPrefectClient) -> Iterator[str]:
    def page(limit: int, offset: int) -> list[Any]:
        return client.read_block_documents(limit=limit, offset=offset, include_secrets=False)

    for block in _pages(page):
        if block.block_type:
            yield f"{block.block_type.slug}/{block.name}"


def _pages(read: Callable[..., list[Any]]) -> Iterator[Any]:
    offset = 0
    while page := read(limit=_PAGE, offset=offset):
        yield from page
        offset += len(page)
