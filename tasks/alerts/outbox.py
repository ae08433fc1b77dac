"""Messages are written down before they are sent, once a channel: a crash or a receiver that is down loses none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tasks.alerts.channels import Channel
from tasks.alerts.message import Message
from tasks.domain.errors import AlertError
from tasks.store import Store

_TRIES = 48


@dataclass(slots=True)
class Delivered:
    """What became of the messages that were to be sent.

    Attributes:
        sent: How many were delivered now.
        failed: What was not, by channel; tried again by the next run.
    """

    sent: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def enqueue(store: Store, message: Message, key: str, channels: Sequence[str]) -> bool:
    """Write a message down for each channel; what is known by its key is not written again.

    Returns:
        Whether it is new for any channel.
    """
    new = [
        store.messages.enqueue(message.service, f"{key}@{name}", message.to_body() | {"channel": name})
        for name in channels
    ]
    return any(new)


def deliver(store: Store, service: str, channels: Sequence[Channel]) -> Delivered:
    """Send what waits, oldest first; after a channel failed once, the rest of its messages wait for the next run.

    Receivers know a message by service and key: two services may have one receiver.

    A message that failed 48 times is given up: by then something newer has been said.
    """
    by_name = {channel.name: channel for channel in channels}
    result = Delivered()
    for waiting in store.messages.pending(service):
        body = dict(waiting.body)
        channel = by_name.get(body.pop("channel"))
        if channel is None or channel.name in result.failed:
            continue
        try:
            channel.send(Message.from_body(body), f"{service}/{waiting.key}")
        except AlertError as error:
            result.failed[channel.name] = str(error)
            store.messages.mark_failed(service, waiting.key)
            if waiting.attempts + 1 >= _TRIES:
                store.messages.give_up(service, waiting.key)
            continue
        store.messages.mark_sent(service, waiting.key)
        result.sent += 1
    return result
