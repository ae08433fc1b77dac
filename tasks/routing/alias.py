"""The registry's own alias as a target: applications ask it what to serve."""

from __future__ import annotations

from tasks.domain.errors import RegistryError, RoutingError
from tasks.domain.release import Release
from tasks.registry import Registry


class AliasTarget:
    """Alias `live` of the service's registered model.

    Args:
        registry: Where it stands.
        service: Whose.
    """

    def __init__(self, registry: Registry, service: str) -> None:
        self._registry = registry
        self._service = service
        self.name = f"alias live of {service}"

    def concerns(self, release: Release) -> bool:  # noqa: ARG002 (every release)
        """Whether there is anything to switch: always."""
        return True

    def serves(self, release: Release) -> bool:
        """Read back whether the alias points at the release."""
        try:
            live = self._registry.live(self._service)
        except RegistryError as error:
            raise RoutingError(f"{self.name}: {error}") from error
        return live is not None and live.version == release.version

    def switch(self, to: Release, *, expected: Release | None, key: str) -> None:  # noqa: ARG002 (setting an alias again is no second switch)
        """Let the alias point at the release, if it points at the expected one."""
        try:
            self._registry.set_live(self._service, to.name, expected=expected.name if expected else None)
        except RegistryError as error:
            raise RoutingError(f"{self.name}: {error}") from error


class PromptTarget:
    """Alias `live` of the prompt a release was registered with: it goes along, and back.

    Args:
        registry: Where it stands.
        service: Whose.
    """

    def __init__(self, registry: Registry, service: str) -> None:
        self._registry = registry
        self.name = f"prompt alias live of {service}"

    def concerns(self, release: Release) -> bool:
        """Whether the release has a prompt."""
        return _prompt(release) is not None

    def serves(self, release: Release) -> bool:
        """Read back whether the alias points at the release's prompt; one without a prompt is always served."""
        prompt = _prompt(release)
        if prompt is None:
            return True
        try:
            return self._registry.prompts.live(prompt) == prompt
        except RegistryError as error:
            raise RoutingError(f"{self.name}: {error}") from error

    def switch(self, to: Release, *, expected: Release | None, key: str) -> None:  # noqa: ARG002 (setting an alias again is no second switch)
        """Let the alias point at the release's prompt, if it points at the expected one's or nowhere."""
        prompt, before = _prompt(to), _prompt(expected)
        if prompt is None:
            return
        try:
            live = self._registry.prompts.live(prompt)
            if live == prompt:
                return
            if live is not None and before is not None and _same_prompt(before, prompt) and live != before:
                raise RoutingError(f"{self.name}: it points at {live}, not at {before}: somebody else moved it")
            self._registry.prompts.point(prompt)
        except RegistryError as error:
            raise RoutingError(f"{self.name}: {error}") from error


def _prompt(release: Release | None) -> str | None:
    return release.configuration.prompt if release is not None and release.configuration is not None else None


def _same_prompt(one: str, other: str) -> bool:
    return one.rsplit("/", 1)[0] == other.rsplit("/", 1)[0]
