"""How a message leaves: a plain webhook, or any service Apprise knows. No address ever stands in an error."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Protocol

import httpx

from tasks.alerts.message import Message
from tasks.domain.errors import AlertError

_TIMEOUT_SECONDS = 10.0


class Channel(Protocol):
    """One way to people."""

    @property
    def name(self) -> str:
        """What it is called in records: the secret's or block's name, never an address."""

    def send(self, message: Message, key: str) -> None:
        """Deliver a message; the same key is the same message.

        Raises:
            AlertError: when it was not delivered.
        """


class WebhookChannel:
    """POST of JSON to an address; receivers drop what they know by the header `Idempotency-Key`.

    Args:
        name: The secret's name.
        url: http or https.
    """

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self._url = url

    def send(self, message: Message, key: str) -> None:
        """Deliver by one POST."""
        headers = {"Idempotency-Key": hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]}
        try:
            answer = httpx.post(self._url, json=message.payload(), headers=headers, timeout=_TIMEOUT_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # The cause may carry the address, and an address of a webhook is a secret.
            raise AlertError(f"{self.name}: not delivered ({type(error).__name__})") from None
        if not answer.is_success:  # nor is a redirection a delivery: following it could carry the message elsewhere
            raise AlertError(f"{self.name}: not delivered (HTTP {answer.status_code})")


class AppriseChannel:
    """Any service Apprise knows by its URL: chat, mail, pager.

    Args:
        name: The secret's name.
        url: Apprise's.

    Raises:
        AlertError: when Apprise does not know such an address.
    """

    def __init__(self, name: str, url: str) -> None:
        import apprise

        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it logs addresses
        self.name = name
        self._apprise = apprise.Apprise()
        if not self._apprise.add(url):
            raise AlertError(f"{name}: its value is neither a webhook address nor an Apprise URL")

    def send(self, message: Message, key: str) -> None:  # noqa: ARG002 (services do not take one)
        """Deliver; Apprise says False where it could not."""
        if not self._apprise.notify(title=message.title, body=message.text):
            raise AlertError(f"{self.name}: not delivered")


class CallableChannel:
    """Whatever else takes a subject and a body, e.g. a Prefect notification block.

    Args:
        name: What it is called in records.
        notify: Takes (body, subject).
    """

    def __init__(self, name: str, notify: Callable[[str, str], object]) -> None:
        self.name = name
        self._notify = notify

    def send(self, message: Message, key: str) -> None:  # noqa: ARG002 (blocks do not take one)
        """Deliver; anything raised is a failure."""
        try:
            self._notify(message.text, message.title)
        except Exception as error:  # noqa: BLE001 (a block raises what it likes)
            raise AlertError(f"{self.name}: not delivered ({type(error).__name__})") from None


def channel_of(name: str, url: str) -> Channel:
    """Return the channel of an address: http and https are plain webhooks, the rest is Apprise's."""
    return WebhookChannel(name, url) if url.startswith(("http://", "https://")) else AppriseChannel(name, url)
