"""Which targets a service has."""

from __future__ import annotations

from tasks.domain.settings.policy import Target
from tasks.registry import Registry
from tasks.routing.alias import AliasTarget, PromptTarget
from tasks.routing.base import TrafficTarget


def targets_of(settings: Target, service: str, registry: Registry) -> list[TrafficTarget]:
    """Return a service's targets in the order they are switched.

    The alias comes last: it is the record of what is live, and is true only once everything else has switched.
    """
    return [*_FIRST[settings.kind](settings, service, registry), AliasTarget(registry, service)]


def _prompt(_: Target, service: str, registry: Registry) -> list[TrafficTarget]:
    return [PromptTarget(registry, service)]


_FIRST = {"alias": _prompt}
