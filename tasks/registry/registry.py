"""What is live, what was good, what is quarantined: releases in MLflow, moved by compare-and-set and read back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tasks.domain.errors import RegistryError
from tasks.domain.naming import storable
from tasks.domain.release import Configuration, Mark, Origin, Release
from tasks.domain.split import Split
from tasks.registry.connection import connect, named
from tasks.registry.models import ModelVersions
from tasks.registry.prompts import Prompts

if TYPE_CHECKING:
    from mlflow import MlflowClient


class Registry:
    """The releases of services.

    Args:
        client: MLflow's.
        uri: Where it is.
    """

    def __init__(self, client: MlflowClient, uri: str) -> None:
        self.uri = uri
        self._versions = ModelVersions(client)
        self.prompts = Prompts(client, uri)

    @classmethod
    def connect(cls, uri: str | None = None) -> Registry:
        """Connect to MLflow: the given address, else MLFLOW_TRACKING_URI, else embedded below `.plumbline/`.

        Raises:
            RegistryError: when it does not answer, naming the address.
        """
        return cls(*connect(uri))

    def releases(self, service: str) -> list[Release]:
        """Return the service's releases, oldest first."""
        with named(self.uri):
            return self._versions.of(service)

    def find(self, service: str, release: str) -> Release | None:
        """Return a release by its name; None when the registry does not know it."""
        return next((known for known in self.releases(service) if known.name == storable(release)), None)

    def get(self, service: str, release: str) -> Release:
        """Return a release by its name.

        Raises:
            RegistryError: when there is none of that name; names those there are.
        """
        known = self.releases(service)
        for one in known:
            if one.name == storable(release):
                return one
        names = ", ".join(one.name for one in known[-5:]) or "none"
        raise RegistryError(f"{service!r} has no release {release!r}; registered: {names}")

    def register(self, service: str, release: str, configuration: Configuration, at: datetime) -> Release:
        """Register a release; registering the same again changes nothing.

        Raises:
            RegistryError: when the name is taken by another configuration.
        """
        known = self.find(service, release)
        with named(self.uri):
            if known is None:
                return self._versions.create(service, release, configuration, at)
            if known.configuration is None:
                return self._versions.complete(known, configuration)
        if known.configuration.autoscaling != configuration.autoscaling or not self._alike(known, configuration):
            raise RegistryError(
                f"release {release!r} of {service!r} is registered with another configuration (version "
                f"{known.version}); a release is never changed: give this one another name"
            )
        return known

    def observe(self, service: str, release: str, at: datetime) -> Release:
        """Record a release that was seen in the logs."""
        known = self.find(service, release)
        if known is not None:
            return known
        with named(self.uri):
            return self._versions.create(service, release, None, at)

    def like(self, service: str, configuration: Configuration) -> list[Release]:
        """Return the releases that would answer alike: the same model, endpoint, parameters and text of the prompt."""
        return [known for known in self.releases(service) if self._alike(known, configuration)]

    def _alike(self, known: Release, configuration: Configuration) -> bool:
        if known.configuration is None:
            return False
        if known.configuration.fingerprint == configuration.fingerprint:
            return True
        return self._told_by_text(known.configuration).fingerprint == self._told_by_text(configuration).fingerprint

    def _told_by_text(self, configuration: Configuration) -> Configuration:
        """Return a configuration with its prompt's hash, also where it was registered before that was kept."""
        if configuration.prompt is None or configuration.prompt_hash:
            return configuration
        # Where the version was deleted since, its number is all that is left of it.
        return replace(configuration, prompt_hash=self.prompts.text_hash(configuration.prompt))

    def live(self, service: str) -> Release | None:
        """Return what the alias `live` points at; None where it points nowhere."""
        return next((known for known in self.releases(service) if known.live), None)

    def set_live(self, service: str, release: str, *, expected: str | None) -> None:
        """Let `live` point at a release if it points where it is expected to; already there is fine.

        Args:
            service: Whose.
            release: Where it shall point.
            expected: Where it is thought to point now; None: nowhere.

        Raises:
            RegistryError: when it points elsewhere, or what is read back differs.
        """
        wanted = self.get(service, release)
        now = self.live(service)
        if now is not None and now.name == wanted.name:
            return
        if (now.name if now else None) != expected:
            raise RegistryError(
                f"live of {service!r} points at {now.name if now else 'nothing'}, not at {expected or 'nothing'}: "
                "somebody else moved it, so nothing was switched"
            )
        with named(self.uri):
            self._versions.point(wanted)
        back = self.live(service)
        if back is None or back.name != wanted.name:
            raise RegistryError(
                f"live of {service!r} reads {back.name if back else 'nothing'} after it was set to {release!r}"
            )

    def announce(self, service: str, split: Split | None) -> None:
        """Tell applications that ask the registry how traffic is split, or that it is so no more."""
        with named(self.uri):
            self._versions.announce(service, json.dumps(split.to_json()) if split else "")

    def announced(self, service: str) -> dict[str, Any]:
        """Return what applications are told: salt, unit and shares; empty when nothing is split."""
        with named(self.uri):
            found: dict[str, Any] = json.loads(self._versions.announced(service) or "{}")
        return found

    def mark(self, service: str, release: str, mark: Mark, why: str) -> None:
        """Mark a release as good or quarantined, or lift the mark."""
        known = self.get(service, release)
        with named(self.uri):
            self._versions.mark(known, mark, why)

    def note(self, service: str, release: str, event: dict[str, Any]) -> None:
        """Add to a release's history: what happened, when, by whom and why."""
        known = self.get(service, release)
        with named(self.uri):
            self._versions.note(known, event)

    def show_run(self, release: Release, run: str) -> None:
        """Link a release to its run in the tracking server, `experiment/run`; the same link again changes nothing."""
        if release.run != run:
            with named(self.uri):
                self._versions.link(release, run)

    def history(self, service: str, release: str) -> list[dict[str, Any]]:
        """Return what happened to a release, oldest first."""
        known = self.get(service, release)
        with named(self.uri):
            return self._versions.history(known)

    def is_target(self, release: Release) -> bool:
        """Whether a rollback may go there: registered by people, and not quarantined."""
        return release.origin is Origin.REGISTERED and release.mark is not Mark.QUARANTINED
