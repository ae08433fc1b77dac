"""Alerts: whom to tell, and what. One message a state change, written down before it is sent, never a word of users.

`changes` says what is worth a message, `enqueue` writes it down, `deliver` sends what waits.
"""

from tasks.alerts.changes import State, changes
from tasks.alerts.channels import CallableChannel, Channel, channel_of
from tasks.alerts.message import Kind, Message
from tasks.alerts.outbox import Delivered, deliver, enqueue

__all__ = [
    "CallableChannel",
    "Channel",
    "Delivered",
    "Kind",
    "Message",
    "State",
    "changes",
    "channel_of",
    "deliver",
    "enqueue",
]
