"""Messages reach a real receiver once for each state change, whatever happens in between."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.alerts import CallableChannel, Kind, Message, State, changes, channel_of, deliver, enqueue
from tasks.domain.errors import AlertError
from tasks.domain.verdict import Verdict
from tasks.store import Store
from tests.hostile import HOSTILE
from tests.receiver import Receiver, listening

FAIL = Message(
    kind=Kind.FAIL, service="bot", release="2", lines=("quality 0.82 → 0.71",), owner="Ada", runbook="https://wiki/bot"
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook on loopback."""
    with listening() as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of its own."""
    with Store.open(f"sqlite:///{tmp_path}/store.db") as opened:
        yield opened


def test_a_message_leaves_once_also_after_a_restart(receiver: Receiver, store: Store) -> None:
    """Its key is remembered in the store, and told to the receiver."""
    channel = channel_of("HOOK", receiver.url)
    assert enqueue(store, FAIL, "fail/2/w1", ["HOOK"])
    assert deliver(store, "bot", [channel]).sent == 1
    with Store.open(store.url) as again:
        assert not enqueue(again, FAIL, "fail/2/w1", ["HOOK"])
        assert deliver(again, "bot", [channel]).sent == 0
    assert [body["title"] for body in receiver.got] == ["bot 2: the release failed"]
    assert receiver.got[0]["lines"] == ["quality 0.82 → 0.71"]
    assert {"Owner: Ada", "Runbook: https://wiki/bot"} <= set(receiver.got[0]["text"].split("\n"))


def test_a_receiver_that_was_down_gets_its_messages_later_and_in_order(receiver: Receiver, store: Store) -> None:
    """One failure stops the channel for this run; others are served; the order stays."""
    other: list[str] = []
    channels = [channel_of("HOOK", receiver.url), CallableChannel("block", lambda _, subject: other.append(subject))]
    receiver.status = 503
    for number in range(3):
        enqueue(store, FAIL, f"fail/2/w{number}", ["HOOK", "block"])
    result = deliver(store, "bot", channels)
    assert (result.sent, result.failed) == (3, {"HOOK": "HOOK: not delivered (HTTP 503)"})
    receiver.status = 200
    assert deliver(store, "bot", channels).sent == 3
    assert (len(receiver.got), len(set(receiver.keys)), len(other)) == (3, 3, 3)


def test_a_redirection_is_no_delivery(receiver: Receiver, store: Store) -> None:
    """An address that moved is told, and the message waits until somebody corrects it."""
    receiver.status = 301
    enqueue(store, FAIL, "fail/2/w1", ["HOOK"])
    result = deliver(store, "bot", [channel_of("HOOK", receiver.url)])
    assert (result.sent, result.failed) == (0, {"HOOK": "HOOK: not delivered (HTTP 301)"})
    receiver.status = 200
    assert deliver(store, "bot", [channel_of("HOOK", receiver.url)]).sent == 1


def test_two_services_may_have_one_receiver(receiver: Receiver, store: Store) -> None:
    """It knows messages by their keys: the same change of another service is another message."""
    for service in ("bot", "coach"):
        enqueue(store, replace(FAIL, service=service), "fail/2/w1", ["HOOK"])
        deliver(store, service, [channel_of("HOOK", receiver.url)])
    assert len(set(receiver.keys)) == 2


def test_what_fails_for_days_is_given_up(receiver: Receiver, store: Store) -> None:
    """Something newer has been said by then."""
    receiver.status = 500
    enqueue(store, FAIL, "fail/2/w1", ["HOOK"])
    for _ in range(48):
        deliver(store, "bot", [channel_of("HOOK", receiver.url)])
    receiver.status = 200
    assert deliver(store, "bot", [channel_of("HOOK", receiver.url)]).sent == 0
    assert receiver.got == []


def test_an_address_never_stands_in_an_error(store: Store) -> None:
    """Addresses of webhooks are secrets: refused, unknown or unreachable, only their names are told."""
    with pytest.raises(AlertError) as unknown:
        channel_of("HOOK", "nonsense-with-token-123")
    with pytest.raises(AlertError) as unreachable:
        channel_of("HOOK", "http://127.0.0.1:9/token-123").send(FAIL, "k")
    with pytest.raises(AlertError) as refused:
        channel_of("HOOK", "json://127.0.0.1:9/token-123").send(FAIL, "k")
    for error in (unknown, unreachable, refused):
        assert "token-123" not in str(error.value)
        assert error.value.__cause__ is None
        assert str(error.value).startswith("HOOK: ")


@pytest.mark.parametrize(
    "evil", ["<!channel> now", "@everyone", "[click](http://evil)", "a\nBcc: x@y", "<b>x</b>", "\u202egnp", "`rm`"]
)
def test_names_from_logs_stay_words(evil: str) -> None:
    """No mention, link, header or markup leaves the house."""
    message = Message(kind=Kind.WARN, service=evil, release=evil, lines=(evil,))
    for text in (message.title, *message.payload()["lines"]):
        assert not set("<>[]@`\n\u202e") & set(text)
    assert message.text.count("\n") == 1


def test_only_changes_are_told() -> None:
    """A week of states, undecided windows among them, makes one message for each change."""
    windows = [
        (Verdict.PASS, True), (Verdict.WARN, True), (Verdict.WARN, True), (Verdict.INCONCLUSIVE, False),
        (Verdict.INCONCLUSIVE, False), (Verdict.WARN, True), (Verdict.FAIL, True), (Verdict.FAIL, True),
        (Verdict.PASS, True),
    ]  # fmt: skip
    state, told = State(), []
    for verdict, steady in windows:
        after = state.after(verdict, judge_steady=steady)
        told += changes(state, after)
        state = after
    assert told == [Kind.WARN, Kind.JUDGE_UNHEALTHY, Kind.JUDGE_STEADY, Kind.FAIL, Kind.PASSED]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_says_what_to_do_and_survives_the_store(kind: Kind) -> None:
    """No kind without its words."""
    message = Message(kind=kind, service="bot")
    assert message.title
    assert message.what_to_do in message.text
    assert Message.from_body(json.loads(json.dumps(message.to_body()))) == message


@pytest.mark.parametrize("text", HOSTILE)
def test_names_from_logs_are_neither_markup_nor_a_mention_nor_a_link_in_a_message(text: str) -> None:
    """Chats read `<!channel>`, `@here`, `[x](…)` and bare addresses; mail reads HTML."""
    message = Message(kind=Kind.FAIL, service=text, release=text, lines=(text,), owner=text)
    for told in (message.title, message.text):
        assert not set("<>[]`*|@") & set(told)
        assert not re.search(r"://|www\.|[\r\t\u202a-\u202e]", told, re.IGNORECASE)
    assert message.text.count("\n") == 2
