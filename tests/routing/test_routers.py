"""The contract every router keeps: compare and set, idempotent, believed only when read back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from traceback import format_exception

import pytest

from tasks.domain.errors import RoutingError
from tasks.domain.release import Configuration
from tasks.domain.settings.policy import Target
from tasks.domain.split import Split
from tasks.routing import SplittingTarget, TrafficTarget, unanswered
from tasks.routing.address import permitted
from tasks.routing.gateway import GatewayTarget
from tasks.routing.webhook import WebhookTarget
from tests.routing.routers import SECRET, Router, routing
from tests.routing.test_switching import release

OLD, NEW, THIRD = (replace(release(name), configuration=Configuration(model=f"m{name}")) for name in "123")
KINDS = ["webhook", "mlflow_gateway"]
TENTH = Split(control="2", candidate="3", share=0.1, salt="tone", unit="session")


@pytest.fixture
def router() -> Iterator[Router]:
    """A router on loopback that serves release 2."""
    with routing() as opened:
        yield opened


def target(kind: str, router: Router, **changes: object) -> TrafficTarget:
    """A target of the kind that talks to the router."""
    if kind == "webhook":
        fields = {"kind": kind, "url": router.url, "secret": "ROUTER", "allow_private": True} | changes
        return WebhookTarget(Target.model_validate(fields), "s", lambda name: SECRET if name == "ROUTER" else None)
    fields = {"kind": kind, "url": router.url, "endpoint": "chat", "settle": "0s"} | changes
    return GatewayTarget(Target.model_validate(fields), "s", sleep=lambda _: None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_switch_is_read_back_and_the_same_again_changes_nothing(kind: str, router: Router) -> None:
    """Same key, same switch."""
    made = target(kind, router)
    assert (made.serves(NEW), made.serves(OLD)) == (True, False)
    made.switch(OLD, expected=NEW, key="k")
    assert (made.serves(NEW), made.serves(OLD)) == (False, True)
    if kind == "webhook":
        made.switch(OLD, expected=NEW, key="k")
        assert len(router.keys) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_router_moved_by_others_refuses(kind: str, router: Router) -> None:
    """Nothing is switched away from what somebody else put there."""
    router.serving = "3"
    with pytest.raises(RoutingError, match=r"409|somebody else moved it"):
        target(kind, router).switch(OLD, expected=NEW, key="k")
    assert router.serving == "3"


@pytest.mark.parametrize("kind", KINDS)
def test_a_candidate_gets_a_share_and_loses_it_again(kind: str, router: Router) -> None:
    """While traffic is split neither serves alone; the control takes all of it back, or the candidate is promoted."""
    made = target(kind, router)
    assert isinstance(made, SplittingTarget)
    for winner, loser in ((NEW, THIRD), (THIRD, NEW)):
        router.serving, router.shares = "2", {}
        made.split(NEW, THIRD, TENTH, key=f"split {winner.name}")
        assert (made.serves(NEW), made.serves(THIRD), router.shares) == (False, False, {"3": 0.1})
        made.switch(winner, expected=loser, key=f"end {winner.name}")
        assert (made.serves(winner), router.shares) == (True, {})
    router.serving = "1"
    with pytest.raises(RoutingError, match=r"409|somebody else moved it"):
        made.split(NEW, THIRD, TENTH, key="again")


def test_a_router_that_does_not_know_a_split_is_found_out(router: Router) -> None:
    """It says yes, as one does that takes every order for a switch; then one release serves alone."""
    router.fault = "lies"
    made = target("webhook", router)
    assert isinstance(made, SplittingTarget)
    with pytest.raises(RoutingError, match=r"told to split .* and reads back as serving '2' alone"):
        made.split(NEW, THIRD, TENTH, key="split")


@pytest.mark.parametrize("kind", KINDS)
def test_a_router_that_lies_is_found_out(kind: str, router: Router) -> None:
    """It says yes and goes on serving the old one."""
    router.fault = "lies"
    made = target(kind, router)
    made.switch(OLD, expected=NEW, key="k")
    assert not made.serves(OLD)


@pytest.mark.parametrize("kind", KINDS)
def test_a_router_that_is_down_is_named_without_its_address(kind: str, router: Router) -> None:
    """The error names the target; an address may carry a token."""
    router.fault = "down"
    with pytest.raises(RoutingError, match=r"(webhook|gateway endpoint chat) of s: .*503") as error:
        target(kind, router).serves(NEW)
    assert "token" not in str(error.value)


def test_a_flaky_router_is_asked_again_with_the_same_key(router: Router) -> None:
    """Every second answer is 503; the switch takes place once."""
    router.fault = "flaky"
    made = target("webhook", router)
    made.switch(OLD, expected=NEW, key="k")
    assert (router.serving, len(router.keys)) == ("1", 1)


def test_an_unsigned_order_is_refused_and_a_missing_secret_is_named(router: Router) -> None:
    """The router checks the signature; without the secret nothing is sent."""
    wrong = Target(kind="webhook", url=router.url, secret="ROUTER", allow_private=True)
    with pytest.raises(RoutingError, match="401"):
        WebhookTarget(wrong, "s", lambda _: "another").switch(OLD, expected=NEW, key="k")
    with pytest.raises(RoutingError, match="no Prefect Secret block 'ROUTER'"):
        WebhookTarget(wrong, "s", lambda _: None).switch(OLD, expected=NEW, key="k")
    assert router.requests == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.com/x", "no http address"),
        ("http://127.0.0.1:1/x", "is 127.0.0.1, not public"),
        ("http://169.254.169.254/latest", "is 169.254.169.254, not public"),
        ("http://[::1]/x", "is ::1, not public"),
        ("http://localhost/x", "not public"),
        ("http://nowhere.invalid/x", "is unknown"),
        (f"http://{'x' * 70}.example/", "is unknown"),
        ("http://example.com:port/token", "cannot be read"),
        ("http://[::1/token", "cannot be read"),
    ],
)
def test_an_address_in_the_own_network_needs_leave(url: str, words: str) -> None:
    """A typing error or a forged setting must not reach a metadata service."""
    with pytest.raises(RoutingError, match=words):
        permitted(url, allow_private=False)


def test_a_release_without_a_model_definition_is_named_with_those_there_are(router: Router) -> None:
    """The remedy is in the error; a definition may be named in the release's configuration."""
    made = target("mlflow_gateway", router)
    unknown = replace(OLD, configuration=Configuration(model="gpt-9"))
    with pytest.raises(RoutingError, match=r"no model definition 'gpt-9' for release 1 \(known: def-1, def-2, def-3\)"):
        made.switch(unknown, expected=NEW, key="k")
    named = replace(OLD, configuration=Configuration(model="x", parameters={"gateway_model_definition": "def-1"}))
    made.switch(named, expected=NEW, key="k")
    assert router.serving == "1"
    with pytest.raises(RoutingError, match="refused with HTTP 404"):
        target("mlflow_gateway", router, endpoint="nope").serves(NEW)


def test_a_gateway_is_asked_as_mlflow_asks_its_server_and_no_other_gets_its_credentials(
    router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user with a password, or a token; a server that somebody named in a run's form is sent neither."""
    made = target("mlflow_gateway", router)
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "token")
    assert (made.serves(NEW), router.credentials) == (True, None)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"{router.url}/")
    assert (made.serves(NEW), router.credentials) == (True, "Bearer token")
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "Ada")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "secret")
    assert (made.serves(NEW), router.credentials) == (True, "Basic QWRhOnNlY3JldA==")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://[::1", "http://me:s3cret@127.0.0.1:port"])
def test_a_gateway_that_does_not_answer_is_told_without_its_password(router: Router, url: str) -> None:
    """Nobody there, or no address at all."""
    with pytest.raises(RoutingError, match=r"gateway endpoint chat of s: http.* does not answer") as error:
        target("mlflow_gateway", router, url=url).serves(NEW)
    assert "s3cret" not in "".join(format_exception(error.value))


def test_what_is_no_gateway_is_told(router: Router) -> None:
    """Such as the page of a login in front of it."""
    router.fault = "page"
    with pytest.raises(RoutingError, match="what answers model-definitions/list is no MLflow server"):
        target("mlflow_gateway", router).serves(NEW)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "webhook", "url": "https://x"}, "needs url and secret"),
        ({"kind": "mlflow_gateway"}, "needs endpoint"),
        ({"kind": "webhook", "url": "https://x", "secret": "sk-abcDEF123456"}, "looks like a secret"),
        ({"kind": "carrier_pigeon"}, "'alias', 'webhook' or 'mlflow_gateway'"),
    ],
)
def test_an_incomplete_target_is_refused_by_its_settings(fields: dict, words: str) -> None:
    """Before any run."""
    with pytest.raises(ValueError, match=words):
        Target.model_validate(fields)


def test_an_endpoint_is_probed_before_traffic_goes_there(router: Router) -> None:
    """Any answer below 500 is alive; nobody there, a server in trouble and a forbidden address are told."""
    there = replace(OLD, configuration=Configuration(model="m", endpoint=router.url + "/api/3.0/mlflow/gateway/x"))
    nobody = replace(OLD, configuration=Configuration(model="m", endpoint="http://127.0.0.1:9/v1"))
    assert unanswered(OLD, allow_private=False) == ""
    assert unanswered(there, allow_private=True) == ""
    assert "not public" in unanswered(there, allow_private=False)
    assert unanswered(nobody, allow_private=True) == "its endpoint does not answer (ConnectError)"
    router.fault = "down"
    assert unanswered(there, allow_private=True) == "its endpoint answers HTTP 503"
