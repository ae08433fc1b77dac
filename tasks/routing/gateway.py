"""An endpoint of the MLflow AI Gateway as a target: its one model definition is replaced, then waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from tasks.domain.errors import RoutingError
from tasks.domain.release import Release
from tasks.domain.settings.policy import Target
from tasks.domain.split import Split
from tasks.domain.window import parse_delay
from tasks.registry import mlflow_uri, without_password

if TYPE_CHECKING:
    from mlflow.utils.rest_utils import MlflowHostCreds

_API = "/api/3.0/mlflow/gateway"
_TIMEOUT_SECONDS, _RETRIES = 20.0, 1
"""Mapping an endpoint again to what it is mapped to changes nothing, so that every request may be sent twice."""

DEFINITION = "gateway_model_definition"
"""The parameter of a release that names its model definition; without it the one of the release's model is taken."""


class GatewayTarget:
    """A gateway endpoint.

    It is asked as MLflow asks its servers: with the user name and password, token and certificates of its environment.
    They go to the server of MLFLOW_TRACKING_URI alone; another one named by `target.url` gets none of them.

    Args:
        settings: The target's.
        service: Whose traffic.
        sleep: Waits so many seconds.
    """

    sticks = False
    """The gateway draws for each request."""

    def __init__(self, settings: Target, service: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._base = (settings.url or mlflow_uri()).rstrip("/")
        self._endpoint = settings.endpoint or ""
        self._settle = parse_delay(settings.settle).total_seconds()
        self._sleep = sleep
        self.name = f"gateway endpoint {self._endpoint} of {service}"

    def concerns(self, release: Release) -> bool:  # noqa: ARG002 (every release)
        """Whether there is anything to switch: always."""
        return True

    def serves(self, release: Release) -> bool:
        """Read back from the server's database whether all traffic goes to the release's model definition."""
        wanted = self._definition(release)["model_definition_id"]
        mapped = [one.get("model_definition_id") for one in self._found().get("model_mappings", [])]
        return mapped == [wanted]

    def switch(self, to: Release, *, expected: Release | None, key: str) -> None:  # noqa: ARG002 (setting a mapping again is no second switch)
        """Replace the endpoint's model definition if it is the expected one, and wait until caches are gone."""
        self._map([(to, 1.0)], [to, expected] if expected is not None else None)

    def split(self, control: Release, candidate: Release, split: Split, *, key: str) -> None:  # noqa: ARG002 (setting a mapping again is no second switch)
        """Give a candidate a share; the gateway draws for each request, so that no user sticks to a side."""
        self._map([(control, 1 - split.share), (candidate, split.share)], [control, candidate])

    def _map(self, weights: Sequence[tuple[Release, float]], among: Sequence[Release] | None) -> None:
        """Map the endpoint to releases, if all it maps to now is among some of them."""
        endpoint = self._found()
        if among is not None:
            known = {self._definition(release)["model_definition_id"] for release in among}
            mapped = {one.get("model_definition_id") for one in endpoint.get("model_mappings", [])}
            if not mapped <= known:
                names = " or ".join(release.name for release in among)
                raise RoutingError(f"{self.name}: it serves something else than {names}: somebody else moved it")
        configs = [
            {
                "model_definition_id": self._definition(release)["model_definition_id"],
                "linkage_type": "PRIMARY",
                "weight": weight,
            }
            for release, weight in weights
        ]
        self._call("POST", "endpoints/update", {"endpoint_id": endpoint["endpoint_id"], "model_configs": configs})
        # Each worker of the gateway answers from its cache for a while; until then old and new answers mix.
        self._sleep(self._settle)

    def _found(self) -> dict[str, Any]:
        found: dict[str, Any] = self._call("GET", f"endpoints/get?name={quote(self._endpoint)}").get("endpoint", {})
        if not found:
            raise RoutingError(f"{self.name}: the gateway has no such endpoint")
        return found

    def _definition(self, release: Release) -> dict[str, Any]:
        configuration = release.configuration
        known: list[dict[str, Any]] = self._call("GET", "model-definitions/list").get("model_definitions", [])
        named = configuration.parameters.get(DEFINITION) if configuration else None
        model = configuration.model if configuration else None
        for one in known:
            if (named is not None and one["name"] == named) or (named is None and one["model_name"] == model):
                return one
        names = ", ".join(str(one["name"]) for one in known) or "none"
        raise RoutingError(
            f"{self.name}: no model definition {named or model!r} for release {release.name} (known: {names}); name it "
            f"in the release's config as {DEFINITION}"
        )

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        if not self._base.startswith(("http://", "https://")):
            raise RoutingError(
                f"{self.name}: the gateway lives on a tracking server; set target.url to its http address"
            )
        from mlflow.exceptions import MlflowException
        from mlflow.utils.rest_utils import http_request

        try:
            answer = http_request(  # type: ignore[no-untyped-call]
                self._credentials(),
                f"{_API}/{path}",
                method,
                json=body,
                timeout=_TIMEOUT_SECONDS,
                max_retries=_RETRIES,
                raise_on_status=False,
                allow_redirects=False,
            )
        except MlflowException:
            # Its words hold the address as it was given, and that may hold a password.
            raise RoutingError(f"{self.name}: {without_password(self._base)} does not answer") from None
        if not 200 <= answer.status_code < 300:
            remedy = "; set MLFLOW_TRACKING_USERNAME and _PASSWORD, or _TOKEN" if answer.status_code == 401 else ""
            raise RoutingError(
                f"{self.name}: {path.partition('?')[0]} was refused with HTTP {answer.status_code}{remedy}"
            )
        try:
            return dict(answer.json())
        except (ValueError, TypeError):
            raise RoutingError(f"{self.name}: what answers {path.partition('?')[0]} is no MLflow server") from None

    def _credentials(self) -> MlflowHostCreds:
        from mlflow.utils.credentials import get_default_host_creds
        from mlflow.utils.rest_utils import MlflowHostCreds

        known: MlflowHostCreds = get_default_host_creds(self._base)  # type: ignore[no-untyped-call]
        if _origin(self._base) != _origin(mlflow_uri()):
            known = MlflowHostCreds(  # type: ignore[no-untyped-call]
                self._base,
                ignore_tls_verification=known.ignore_tls_verification,
                server_cert_path=known.server_cert_path,
            )
        return known


def _origin(address: str) -> tuple[str, str | None, int | None]:
    """Return what tells one server from another."""
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", None, None
