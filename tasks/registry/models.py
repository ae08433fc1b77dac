"""Releases as model versions of the MLflow Model Registry: tags hold the configuration and what became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tasks.domain.errors import RegistryError
from tasks.domain.markdown import escaped
from tasks.domain.naming import plain, storable
from tasks.domain.release import Configuration, Mark, Origin, Release

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

LIVE = "live"
"""The one alias that carries meaning; two could not be moved at once."""

SPLIT = "plumbline.split"
"""Tag of the registered model: while traffic is split, how whoever assigns it shall do so."""

_RELEASE = "plumbline.release"
_ORIGIN = "plumbline.origin"
_CONFIGURATION = "plumbline.configuration"
_FINGERPRINT = "plumbline.fingerprint"
_MARK = "plumbline.mark"
_WHY = "plumbline.why"
_HISTORY = "plumbline.history"
_RUN = "plumbline.run"
_HISTORY_KEEPS, _HISTORY_AT_MOST = 100, 90_000
"""Events, and characters of them all: MLflow refuses tags of more than 100,000."""

_EVENT_AT_MOST = 2_000
"""Characters of a reason in the history; written as ASCII each may take twelve."""

_DESCRIPTION_AT_MOST = 4_900
"""MLflow's column holds 5,000: SQLite does not mind more, PostgreSQL refuses it, in the middle of a rollback."""

_LONGEST = 300
"""Characters of a reason in a description."""


class ModelVersions:
    """The model versions of services.

    Args:
        client: MLflow's.
    """

    def __init__(self, client: MlflowClient) -> None:
        self._client = client

    def create(self, service: str, release: str, configuration: Configuration | None, at: datetime) -> Release:
        """Create the version of a release; one that was only observed has no configuration."""
        model = self._model(service)
        origin = Origin.REGISTERED if configuration else Origin.OBSERVED
        tags = {
            _RELEASE: storable(release),
            _ORIGIN: origin.value,
            "plumbline.service": storable(service),
            "plumbline.registered_at": at.isoformat(),
        }
        if configuration:
            tags |= {_CONFIGURATION: configuration.to_json(), _FINGERPRINT: configuration.fingerprint}
            tags |= {"plumbline.model": configuration.model}
            tags |= {"plumbline.prompt": configuration.prompt} if configuration.prompt else {}
            tags |= {"plumbline.autoscaling": _bounds(configuration)} if configuration.autoscaling else {}
        version = self._client.create_model_version(
            model,
            source=f"plumbline:/{plain(service)}/{plain(release)}",
            run_id=None,
            tags=tags,
            description=_described(release, configuration),
        )
        return _release(version)

    def complete(self, known: Release, configuration: Configuration) -> Release:
        """Give an observed release its configuration, now that it was registered."""
        model = plain(known.service)
        for name, value in (
            (_CONFIGURATION, configuration.to_json()),
            (_FINGERPRINT, configuration.fingerprint),
            ("plumbline.model", configuration.model),
            ("plumbline.prompt", configuration.prompt or ""),
            ("plumbline.autoscaling", _bounds(configuration)),
            (_ORIGIN, Origin.REGISTERED.value),
        ):
            self._client.set_model_version_tag(model, known.version, name, value)
        self._client.update_model_version(model, known.version, _described(known.name, configuration))
        return _release(self._client.get_model_version(model, known.version))

    def of(self, service: str) -> list[Release]:
        """Return the service's releases, oldest first; of two versions with one name the registered, else the first."""
        found: dict[str, Release] = {}
        for version in sorted(self._versions(service), key=lambda version: int(version.version)):
            release = _release(version)
            known = found.get(release.name)
            if known is None or (known.origin, release.origin) == (Origin.OBSERVED, Origin.REGISTERED):
                found[release.name] = release
        return list(found.values())

    def point(self, release: Release) -> None:
        """Let the alias point at a release."""
        self._client.set_registered_model_alias(plain(release.service), LIVE, release.version)

    def announce(self, service: str, split: str) -> None:
        """Tell applications how traffic is split; empty: it is not."""
        self._client.set_registered_model_tag(plain(service), SPLIT, split)

    def announced(self, service: str) -> str:
        """Return what applications are told; empty: nothing is split."""
        return str(self._client.get_registered_model(plain(service)).tags.get(SPLIT, ""))

    def mark(self, release: Release, mark: Mark, why: str) -> None:
        """Mark a release."""
        for name, value in ((_MARK, mark.value), (_WHY, storable(why)[:1000])):
            self._client.set_model_version_tag(plain(release.service), release.version, name, value)
        self._describe(release)

    def note(self, release: Release, event: dict[str, Any]) -> None:
        """Add to a release's history."""
        version = self._client.get_model_version(plain(release.service), release.version)
        known = [one for one in json.loads(version.tags.get(_HISTORY, "[]")) if not _same(one, event)]
        kept = {name: value[:_EVENT_AT_MOST] if isinstance(value, str) else value for name, value in event.items()}
        history = [*known, kept][-_HISTORY_KEEPS:]
        while len(text := json.dumps(history, default=str)) > _HISTORY_AT_MOST and len(history) > 1:
            history = history[1:]
        self._client.set_model_version_tag(plain(release.service), release.version, _HISTORY, text)
        self._describe(release)

    def link(self, release: Release, run: str) -> None:
        """Link a release to its run."""
        self._client.set_model_version_tag(plain(release.service), release.version, _RUN, run)
        self._describe(release)

    def history(self, release: Release) -> list[dict[str, Any]]:
        """Return a release's history, oldest first."""
        version = self._client.get_model_version(plain(release.service), release.version)
        events: list[dict[str, Any]] = json.loads(version.tags.get(_HISTORY, "[]"))
        return events

    def _describe(self, release: Release) -> None:
        """Say beside the version what its tags say now."""
        version = self._client.get_model_version(plain(release.service), release.version)
        history, mark = json.loads(version.tags.get(_HISTORY, "[]")), Mark(version.tags.get(_MARK, ""))
        words = _described(release.name, release.configuration, history, mark, version.tags.get(_RUN, ""))
        self._client.update_model_version(plain(release.service), release.version, words)

    def _versions(self, service: str) -> list[ModelVersion]:
        versions: list[ModelVersion] = []
        token = None
        while True:
            page = self._client.search_model_versions(f"name = '{plain(service)}'", max_results=500, page_token=token)
            versions += [version for version in page if _RELEASE in version.tags]
            token = page.token
            if not token:
                break
        live = self._live_version(service)
        for version in versions:
            version.aliases = [LIVE] if str(version.version) == live else []
        return versions

    def _live_version(self, service: str) -> str | None:
        from mlflow.exceptions import MlflowException

        try:
            model = self._client.get_registered_model(plain(service))
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise
        version = model.aliases.get(LIVE)
        return str(version) if version is not None else None

    def _model(self, service: str) -> str:
        from mlflow.exceptions import MlflowException

        name = plain(service)
        description = (
            f"Releases of {escaped(service)}, kept by Plumbline. Alias `{LIVE}`: what serves. "
            "Tags: configuration, mark (good, quarantined) with its reason, history."
        )
        try:
            self._client.create_registered_model(name, {"plumbline.service": storable(service)}, description)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            if self._client.get_registered_model(name).tags.get("plumbline.service") != storable(service):
                raise RegistryError(
                    f"the registered model {name!r} exists and is none of Plumbline's; rename it, or tag it "
                    f"plumbline.service = {service!r} to let Plumbline add versions"
                ) from error
        return name


def _release(version: ModelVersion) -> Release:
    tags = version.tags
    configuration = Configuration.from_json(tags[_CONFIGURATION]) if tags.get(_CONFIGURATION) else None
    return Release(
        service=tags["plumbline.service"],
        name=tags[_RELEASE],
        version=str(version.version),
        origin=Origin(tags.get(_ORIGIN, Origin.OBSERVED.value)),
        registered_at=_moment(tags.get("plumbline.registered_at"), version.creation_timestamp),
        configuration=configuration,
        mark=Mark(tags.get(_MARK, "")),
        why=tags.get(_WHY, ""),
        live=LIVE in (version.aliases or []),
        run=tags.get(_RUN, ""),
    )


def _moment(text: str | None, milliseconds: int) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.fromtimestamp(milliseconds / 1000, UTC)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two events are the same move, noted again after a crash."""
    return "id" in one and one["id"] == other.get("id") and one.get("what") == other.get("what")


def _described(
    release: str,
    configuration: Configuration | None,
    history: Sequence[dict[str, Any]] = (),
    mark: Mark = Mark.NONE,
    run: str = "",
) -> str:
    """Return what people read beside the version: what is held of it, what it is, and its history, newest first.

    The history is told as far back as MLflow takes it.
    """
    if configuration is None:
        words = f"Release {escaped(release)}: seen in the logs, never registered; no target of a rollback."
    else:
        parts = [f"Release {escaped(release)}: model {escaped(configuration.model)}"]
        parts += [f"prompt {_prompt_link(configuration.prompt)}"] if configuration.prompt else []
        parts += [f"endpoint {escaped(configuration.endpoint)}"] if configuration.endpoint else []
        parts += [f"autoscaling {escaped(_bounds(configuration))}"] if configuration.autoscaling else []
        words = ", ".join(parts) + "."
    if mark:
        words = f"**{mark.value.capitalize()}.** {words}"
    events = (
        f"- {escaped(str(event.get('at', ''))[:16].replace('T', ' '))}Z {escaped(str(event.get('what')))}, "
        f"by {escaped(str(event.get('by'))[:_LONGEST])}: {escaped(str(event.get('why'))[:_LONGEST])}"
        for event in reversed(history)
    )
    if run:
        experiment, run_id = run.split("/")
        address = f"#/experiments/{experiment}/runs/{run_id}"
        words += f" [Timeline]({address}/model-metrics), [report of its windows]({address}/artifacts/report.html)."
    words = words[:_DESCRIPTION_AT_MOST]
    before = "\n\n"
    for event in events:
        if len(words) + len(before) + len(event) > _DESCRIPTION_AT_MOST:
            break
        words += before + event
        before = "\n"
    return words


def _prompt_link(uri: str) -> str:
    """Return a prompt's URI as a link to its page, relative to MLflow's own address."""
    name = uri.removeprefix("prompts:/").rsplit("/", 1)[0]
    return f"[{escaped(uri)}](#/prompts/{quote(name, safe='')})"


def _bounds(configuration: Configuration) -> str:
    return ", ".join(f"{name} {value}" for name, value in (configuration.autoscaling or {}).items())
