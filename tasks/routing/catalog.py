"""Which targets a service has; a new kind is a class and a line here, and the contract test tries it."""

from __future__ import annotations

from collections.abc import Callable

from tasks.domain.settings.policy import Target
from tasks.registry import Registry
from tasks.routing.alias import AliasTarget, PromptTarget
from tasks.routing.base import TrafficTarget
from tasks.routing.gateway import GatewayTarget
from tasks.routing.webhook import WebhookTarget

Secret = Callable[[str], str | None]


def targets_of(settings: Target, service: str, registry: Registry, secret: Secret) -> list[TrafficTarget]:
    """Return a service's targets in the order they are switched.

    The alias comes last: it is the record of what is live, and is true only once everything else has switched.
    """
    routers = ROUTERS[settings.kind](settings, service, secret)
    return [*routers, PromptTarget(registry, service), AliasTarget(registry, service)]


def _none(_: Target, __: str, ___: Secret) -> list[TrafficTarget]:
    return []


def _webhook(settings: Target, service: str, secret: Secret) -> list[TrafficTarget]:
    return [WebhookTarget(settings, service, secret)]


def _gateway(settings: Target, service: str, _: Secret) -> list[TrafficTarget]:
    return [GatewayTarget(settings, service)]


ROUTERS: dict[str, Callable[[Target, str, Secret], list[TrafficTarget]]] = {
    "alias": _none,
    "webhook": _webhook,
    "mlflow_gateway": _gateway,
}
"""What is switched beside the aliases, by kind."""
