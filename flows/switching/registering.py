"""One release on its way: its configuration, its place in the registry, its traffic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from prefect.runtime import flow_run

from flows.records.ab_tests import told
from flows.records.kinds import ActionKind
from flows.records.moves import candidate_of
from flows.records.orders import refuse_while_held
from flows.running.clock import now
from flows.switching.switchboard import Switchboard
from tasks.domain.errors import RegistryError, RoutingError, SettingsError
from tasks.domain.release import Configuration, Mark, Release
from tasks.domain.report import ReleaseReport
from tasks.domain.settings.capacity import Autoscaling
from tasks.domain.settings.experiments import Experiment
from tasks.domain.split import Split
from tasks.store import Action, ActionState


class Candidate:
    """A release that is being registered.

    Args:
        board: The service's switches.
        release: Its name.
        by: Who releases it.
    """

    def __init__(self, board: Switchboard, release: str, by: str) -> None:
        self._board = board
        self._name = release
        self._by = by
        self._configuration = Configuration(model="")
        self._release: Release | None = None
        self._alike: list[str] = []
        self._routed = "none"
        self._test: str | None = None

    def configure(
        self,
        model: str,
        endpoint: str | None,
        prompt: str | None,
        parameters: Mapping[str, Any] | None,
        autoscaling: Autoscaling | None,
    ) -> None:
        """Put its configuration together; a new prompt is registered on the way."""
        if not model.strip():
            raise SettingsError("model is empty; name the served model, e.g. gpt-4o-mini")
        registry, service = self._board.registry, self._board.service
        uri = registry.prompts.register(service, prompt, self._name) if prompt else None
        self._configuration = Configuration(
            model=model,
            endpoint=endpoint,
            prompt=uri,
            prompt_hash=registry.prompts.text_hash(uri) if uri else None,
            parameters=dict(parameters or {}),
            autoscaling=(autoscaling.stated() or None) if autoscaling else None,
        )

    def refuse_if_quarantined(self, override_reason: str | None) -> None:
        """Refuse what was rolled back, under whatever name: a pipeline must not redeploy it.

        Raises:
            RegistryError: naming the release that was rolled back, and why.
        """
        alike = self._board.registry.like(self._board.service, self._configuration)
        self._alike = [known.name for known in alike if known.name != self._name]
        bad = [known for known in alike if known.mark is Mark.QUARANTINED]
        if bad and not override_reason:
            raise RegistryError(
                f"release {self._name!r} of {self._board.service!r} is configured like {bad[-1].name}, which is "
                f"quarantined ({bad[-1].why}); change it, or give override_reason"
            )
        for known in bad:
            self._board.registry.mark(
                self._board.service, known.name, Mark.NONE, f"lifted by {self._by}: {override_reason}"
            )

    def register(self) -> None:
        """Put it into the registry; the same again changes nothing."""
        self._release = self._board.registry.register(self._board.service, self._name, self._configuration, now())

    def route(self, route: str | float, ab_test: Experiment | None) -> None:
        """Switch traffic to it, give it a share, start an A/B test, or leave it registered.

        Raises:
            SettingsError: when a share is none or two, or there is nothing to share with.
            RoutingError: when a target refuses, or none can split traffic.
        """
        if ab_test is not None and route == "all":
            route = ab_test.share
        self._routed = str(route)
        release = self._registered()
        if route != "none":
            stands = f"{release.name!r} is registered, and nothing was switched"
            refuse_while_held(self._board.store, self._board.service, stands)
        before = self._board.registry.live(self._board.service)
        if isinstance(route, int | float):
            self._share(release, before, float(route), ab_test)
            return
        candidate = candidate_of(self._board.store, self._board.service)
        if route == "none" or (before is not None and before.name == release.name and candidate is None):
            return
        if candidate not in {None, release.name}:
            before = self._board.registry.get(self._board.service, str(candidate))  # its share ends
        action = Action(
            id=f"release-{flow_run.id or uuid4()}",
            service=self._board.service,
            kind=ActionKind.RELEASE,
            reason=f"release {release.name}",
            by=self._by,
            state=ActionState.STARTED,
            from_release=before.name if before else None,
            to_release=release.name,
            created_at=now(),
        )
        self._board.begin(action)
        self._board.perform(action, release, before)

    def _share(self, release: Release, control: Release | None, share: float, ab_test: Experiment | None) -> None:
        if not 0 < share < 1:
            raise SettingsError(f"route {share:g}: a share lies between 0 and 1; use all or none")
        if control is None or control.name == release.name:
            raise SettingsError(f"route {share:g}: nothing else is live that {release.name!r} could share with")
        if ab_test is not None and share != ab_test.share:
            raise SettingsError(f"route {share:g} and ab_test.share {ab_test.share:g} differ; leave route out")
        router = self._board.splitter()
        if router is None and ab_test is None:
            raise RoutingError(
                f"the alias of {self._board.service!r} cannot split traffic; use target kind webhook or mlflow_gateway"
            )
        salt = f"{'test' if ab_test else 'share'}-{flow_run.id or uuid4()}"
        split = Split(
            control=control.name,
            candidate=release.name,
            share=share,
            salt=salt,
            unit=ab_test.unit if ab_test else "interaction",
        )
        action = Action(
            id=salt,
            service=self._board.service,
            kind=ActionKind.SHARE,
            reason=f"{'A/B test: ' if ab_test else ''}{share:.0%} of the traffic to {release.name}",
            by=self._by,
            state=ActionState.STARTED,
            from_release=control.name,
            to_release=release.name,
            detail={"split": asdict(split)} | (told(ab_test, router) if ab_test else {}),
            created_at=now(),
        )
        self._board.begin(action)
        self._board.share(action, release, control, split)
        self._test = action.id if ab_test else None

    def report(self) -> ReleaseReport:
        """Return what was done."""
        release = self._registered()
        live = self._board.registry.live(self._board.service)
        words = [f"{self._board.service} {release.name} is registered as version {release.version}"]
        words += [f"with prompt {self._configuration.prompt}"] if self._configuration.prompt else []
        words += [f"live is {live.name if live else 'nothing yet'}"]
        words += [f"A/B test {self._test} is open: {float(self._routed):.0%} of the traffic"] if self._test else []
        words += [f"configured like {', '.join(self._alike)}"] if self._alike else []
        return ReleaseReport(
            service=self._board.service,
            release=release.name,
            version=release.version,
            fingerprint=self._configuration.fingerprint,
            prompt=self._configuration.prompt,
            routed=self._routed,
            ab_test=self._test,
            text="; ".join(words),
            live=live.name if live else None,
        )

    def _registered(self) -> Release:
        assert self._release is not None  # register comes first
        return self._release
