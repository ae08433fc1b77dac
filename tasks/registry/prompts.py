"""Prompts of releases in the MLflow Prompt Registry: registered on the way, and going back with their release."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from tasks.domain.errors import RegistryError
from tasks.domain.naming import plain, storable
from tasks.registry.connection import named
from tasks.registry.models import LIVE

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import PromptVersion

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
                itself: the newest version with that text, else registered as a new one.
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
            newest = self._versions_of(name, what)[:1]
            return self._kept(name, text, newest, what, {})

    def _registered(self, service: str, prompt: str, release: str) -> str:
        name = f"{plain(service)}.prompt"
        known = self._versions_of(name, f"Prompt of {storable(service)}; one version a change.")
        tags = {"plumbline.release": storable(release)}
        return self._kept(name, prompt, known, f"Release {storable(release)}", tags)

    def _versions_of(self, name: str, what: str) -> list[PromptVersion]:
        """Return a prompt's versions, newest first; a prompt that is not there yet is created."""
        if self._client.get_prompt(name) is None:
            self._client.create_prompt(name, what)
        return self._versions(name)

    def _kept(self, name: str, text: str, among: list[PromptVersion], why: str, tags: dict[str, str]) -> str:
        same = (known.version for known in among if known.template == storable(text))
        version = next(same, None) or self._client.create_prompt_version(name, storable(text), why, tags).version
        return f"prompts:/{name}/{version}"

    def text_hash(self, uri: str) -> str | None:
        """Return a hash of what a prompt's exact version says; None when it was deleted.

        The same text under another number has the same hash.
        """
        with named(self._uri):
            found = self._found(*self._parts(uri))
        if found is None:
            return None
        return hashlib.sha256(json.dumps(found.template, sort_keys=True).encode()).hexdigest()[:16]

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
        name = self._parts(uri)[0]
        with named(self._uri):
            version = self._found(name, None, LIVE)
        return f"prompts:/{name}/{version.version}" if version else None

    def _exact(self, uri: str) -> str:
        match = _URI.fullmatch(uri)
        if not match:
            raise RegistryError(
                f"{uri!r} is no prompt; write prompts:/name, prompts:/name/3, prompts:/name@alias, or the text itself"
            )
        name, version, alias = match.group("name", "version", "alias")
        wanted = version or (None if alias else self._newest(name))
        found = self._found(name, wanted, alias) if wanted or alias else None
        if found is None:
            raise RegistryError(f"the Prompt Registry has no {uri!r}; register it, or name another version")
        return f"prompts:/{name}/{found.version}"

    def _found(self, name: str, version: str | None, alias: str | None = None) -> PromptVersion | None:
        from mlflow.exceptions import MlflowException

        try:
            found: PromptVersion | None = (
                self._client.get_prompt_version_by_alias(name, alias)
                if alias
                else self._client.get_prompt_version(name, version)
            )
        except MlflowException as error:
            if error.error_code not in _ABSENT:
                raise
            return None
        return found

    def _newest(self, name: str) -> str | None:
        if self._client.get_prompt(name) is None:
            return None
        return next((str(known.version) for known in self._versions(name)), None)

    def _versions(self, name: str) -> list[PromptVersion]:
        """Return all versions, newest first; MLflow gives them by pages of 100."""
        found: list[PromptVersion] = []
        token = None
        while True:
            page = self._client.search_prompt_versions(name, page_token=token)
            found += page
            token = page.token
            if not token:
                return sorted(found, key=lambda known: int(known.version), reverse=True)

    @staticmethod
    def _parts(uri: str) -> tuple[str, str]:
        match = _URI.fullmatch(uri)
        if match is None:
            raise RegistryError(f"{uri!r} is no prompt; write prompts:/name/3")
        return match.group("name"), match.group("version") or ""
