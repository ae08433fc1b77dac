"""One's own router as a target: a signed request switches it, another asks what it serves."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from tasks.domain.errors import RoutingError
from tasks.domain.release import Release
from tasks.domain.scaling import ScalingPlan
from tasks.domain.settings.policy import Target
from tasks.domain.split import Split
from tasks.routing.address import permitted

_TIMEOUT_SECONDS = 10.0
_TRIES = 4


class WebhookTarget:
    """A router that is told by HTTP.

    `POST url` with `{"action": "switch", "service", "release", "version", "model", "endpoint", "prompt", "expected"}`
    shall switch to `release` if it serves `expected`, alone or beside `release` (409 if not); `"action": "split"` with
    `share`, `salt`, `unit` and `shares` shall give `release` that share and `expected` the rest; with unit `session` by
    `assign(session, salt, shares)` of `tasks.experiments`, so that each session keeps its side. `GET
    read_back_url?service=…` shall answer `{"release": …}` when one release gets all traffic, `{"release": null}` while
    it is split. A router that runs replicas too takes `{"action": "scale", "plan", "service", "release",
    "learned_until", "min_replicas", "max_replicas", "hours": [{"start", "replicas"}], "autoscaler"}`, and adds
    `"plan"`, the one it follows, to what is read back. Each request carries `X-Plumbline-Timestamp` and
    `X-Plumbline-Signature: sha256=<hex>`, the HMAC of `<timestamp>.<body>` (a GET has an empty body); an order also
    `Idempotency-Key`.

    Args:
        settings: The target's.
        service: Whose traffic.
        secret: Gives a secret by its name; asked when a request is sent, so that whoever only looks needs none.
        clock: Seconds since 1970.
    """

    sticks = True
    """It is told salt and unit, and how to assign by them."""

    def __init__(
        self,
        settings: Target,
        service: str,
        secret: Callable[[str], str | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._service = service
        self._secret = secret
        self._clock = clock
        self.name = f"webhook of {service}"

    def concerns(self, release: Release) -> bool:  # noqa: ARG002 (every release)
        """Whether there is anything to switch: always."""
        return True

    def serves(self, release: Release) -> bool:
        """Ask the router what it serves."""
        return bool(self._read_back()["release"] == release.name)

    def switch(self, to: Release, *, expected: Release | None, key: str) -> None:
        """Tell the router to switch; repeated with the same key until it answers."""
        self.post(self._order("switch", to, expected), key)

    def split(self, control: Release, candidate: Release, split: Split, *, key: str) -> None:
        """Tell the router to give a candidate a share, and read back that not one of both has all traffic.

        Raises:
            RoutingError: when it refuses, or one release serves alone: it took the order for another one, or for none.
        """
        self.post(self._order("split", candidate, control) | {"share": split.share} | split.to_json(), key)
        alone = self._read_back()["release"]
        if alone is not None:
            raise RoutingError(
                f"{self.name}: it was told to split traffic between {control.name!r} and {candidate.name!r}, and reads "
                f'back as serving {alone!r} alone; while traffic is split it shall answer {{"release": null}}'
            )

    def follows(self, plan: ScalingPlan) -> bool:
        """Ask the router which plan of replicas it follows."""
        return bool(self._read_back().get("plan") == plan.id)

    def scale(self, plan: ScalingPlan, *, key: str) -> None:
        """Tell the router which replicas to run; repeated with the same key until it answers."""
        self.post({"action": "scale", "plan": plan.id} | plan.to_json(), key)

    def post(self, body: dict[str, Any], key: str) -> None:
        """Send one signed order.

        Raises:
            RoutingError: when it is refused or not answered.
        """
        named = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
        text = json.dumps(body, separators=(",", ":")).encode()
        headers = {"Idempotency-Key": named, "Content-Type": "application/json"}
        self._send("POST", self._settings.url or "", text, headers)

    def _read_back(self) -> dict[str, Any]:
        address = self._settings.read_back_url or self._settings.url or ""
        answer = self._send("GET", address, b"", {}, params={"service": self._service})
        try:
            found = dict(answer.json())
        except (ValueError, TypeError):
            found = {}
        if "release" not in found:
            raise RoutingError(f'{self.name}: reading back gave no {{"release": ...}}')
        return found

    def _order(self, action: str, release: Release, expected: Release | None) -> dict[str, Any]:
        configuration = release.configuration
        return {
            "action": action,
            "service": self._service,
            "release": release.name,
            "version": release.version,
            "model": configuration.model if configuration else None,
            "endpoint": configuration.endpoint if configuration else None,
            "prompt": configuration.prompt if configuration else None,
            "expected": expected.name if expected else None,
        }

    def _send(
        self, method: str, address: str, body: bytes, headers: dict[str, str], params: dict[str, str] | None = None
    ) -> httpx.Response:
        url = permitted(address, allow_private=self._settings.allow_private)
        tries = Retrying(
            retry=retry_if_exception_type(_UnansweredError),
            stop=stop_after_attempt(_TRIES),
            wait=wait_exponential_jitter(multiplier=0.2, max=2, jitter=0.2),
            reraise=True,
        )
        for attempt in tries:
            with attempt:
                answer = self._once(method, url, body, headers, params)
        return answer

    def _once(
        self, method: str, url: str, body: bytes, headers: dict[str, str], params: dict[str, str] | None
    ) -> httpx.Response:
        signed = headers | self._signature(body)
        try:
            answer = httpx.request(method, url, content=body, headers=signed, params=params, timeout=_TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            # An address may carry a token: only its kind of failure is told.
            raise _UnansweredError(f"{self.name}: {method} was not answered ({type(error).__name__})") from None
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise _UnansweredError(f"{self.name}: {method} was answered with HTTP {answer.status_code}")
        if not answer.is_success:
            raise RoutingError(f"{self.name}: {method} was refused with HTTP {answer.status_code}")
        return answer

    def _signature(self, body: bytes) -> dict[str, str]:
        name = self._settings.secret or ""
        secret = self._secret(name)
        if not secret:
            raise RoutingError(
                f"{self.name}: no environment variable and no Prefect Secret block {name!r} to sign with"
            )
        moment = str(int(self._clock()))
        signed = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {"X-Plumbline-Timestamp": moment, "X-Plumbline-Signature": f"sha256={signed}"}


class _UnansweredError(RoutingError):
    """Not answered, or by a server in trouble: the same key makes another try harmless."""
