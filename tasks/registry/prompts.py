"""Prompts of releases in the MLflow Prompt Registry: registered on the way, and going back with their release."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tasks.domain.errors import RegistryError
from tasks.domain.naming import plain, storable
from tasks.registry.connection import named
from tasks.registry.models import LIVE

if TYPE_CHECKING:
    from mlflow import MlflowClient

_URI = re.compile(r"prompts:/(?P<name>[A-Za-z0-9_.-]+)(?:/(?P<version>\d+)|@(?P<alias>[\w-]+))?")
_VARIABLE = re.compile(r"{{\s*([A-Za-z_][\w.]*)\s*}}")
_ABSENT = frozenset({"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"})


class Prompts:
    """Prompt versions.

    Args:
        client: MLflow's.
        uri: Where it is.
    """

    def __init__(self, client: MlflowClient, uri: str) -> None:
        self._client = client
        self._uri = uri

    def register(self, service: str, prompt: str, release: str) -> str:
        """Return the URI of a prompt's exact version.

        Args:
            service: Names the prompt when it is given as text: `<service>.prompt`.
            prompt: A URI (`prompts:/name/3`, `prompts:/name@production`, `prompts:/name`: the newest), or the text
                itself, registered as a new version unless it is the newest one's.
            release: Noted with a new version.

        Raises:
            RegistryError: when a named prompt or version does not exist.
        """
        with named(self._uri):
            return self._exact(prompt) if prompt.startswith("prompts:/") else self._registered(service, prompt, release)

    def exact(self, uri: str) -> str:
        """Return the URI of the exact version that a URI names.

        Raises:
            RegistryError: when it does not exist.
        """
        with named(self._uri):
            return self._exact(uri)

    def keep(self, name: str, text: str, what: str) -> str:
        """Register a text under a name of its own, unless it is the newest version's; returns its exact URI.

        Args:
            name: Of letters, digits, dots, dashes and underscores.
            text: The prompt.
            what: What it is, for people.
        """
        with named(self._uri):
            return self._kept(name, text, what, what, {})

    def _registered(self, service: str, prompt: str, release: str) -> str:
        what = f"Prompt of {storable(service)}; one version a change."
        tags = {"plumbline.release": storable(release)}
        return self._kept(f"{plain(service)}.prompt", prompt, what, f"Release {storable(release)}", tags)

    def _kept(self, name: str, text: str, what: str, why: str, tags: dict[str, str]) -> str:
        if self._client.get_prompt(name) is None:
            self._client.create_prompt(name, what)
        newest = self._newest(name)
        if newest is not None and self._client.get_prompt_version(name, newest).template == text:
            return f"prompts:/{name}/{newest}"
        made = self._client.create_prompt_version(name, storable(text), why, tags)
        return f"prompts:/{name}/{made.version}"

    def text(self, uri: str) -> str:
        """Return the text of a prompt's version.

        Raises:
            RegistryError: when it does not exist.
        """
        with named(self._uri):
            name, version = self._parts(self._exact(uri))
            template = self._client.get_prompt_version(name, version).template
        return template if isinstance(template, str) else "\n".join(str(turn.get("content", "")) for turn in template)

    def variables(self, uri: str) -> frozenset[str]:
        """Return what an application must fill in, e.g. {"question"}."""
        return frozenset(_VARIABLE.findall(self.text(uri)))

    def point(self, uri: str) -> None:
        """Let the prompt's alias `live` point at the version; pointing there again changes nothing."""
        with named(self._uri):
            name, version = self._parts(self._exact(uri))
            self._client.set_prompt_alias(name, LIVE, int(version))

    def live(self, uri: str) -> str | None:
        """Return the version of this prompt that the alias `live` points at, as a URI; None where it points nowhere."""
        from mlflow.exceptions import MlflowException

        name = self._parts(uri)[0]
        with named(self._uri):
            try:
                version = self._client.get_prompt_version_by_alias(name, LIVE)
            except MlflowException as error:
                if error.error_code not in _ABSENT:
                    raise
                return None
        return f"prompts:/{name}/{version.version}" if version else None

    def _exact(self, uri: str) -> str:
        from mlflow.exceptions import MlflowException

        match = _URI.fullmatch(uri)
        if not match:
            raise RegistryError(
                f"{uri!r} is no prompt; write prompts:/name, prompts:/name/3, prompts:/name@alias, or the text itself"
            )
        name, version, alias = match.group("name", "version", "alias")
        try:
            if alias:
                found = self._client.get_prompt_version_by_alias(name, alias)
            else:
                wanted = version or self._newest(name)
                found = self._client.get_prompt_version(name, wanted) if wanted else None
        except MlflowException as error:
            if error.error_code not in _ABSENT:
                raise
            found = None
        if found is None:
            raise RegistryError(f"the Prompt Registry has no {uri!r}; register it, or name another version")
        return f"prompts:/{name}/{found.version}"

    def _newest(self, name: str) -> str | None:
        found = self._client.search_prompt_versions(name)
        return str(max(int(version.version) for version in found)) if found else None

    @staticmethod
    def _parts(uri: str) -> tuple[str, str]:
        match = _URI.fullmatch(uri)
        if match is None:
            raise RegistryError(f"{uri!r} is no prompt; write prompts:/name/3")
        return match.group("name"), match.group("version") or ""
