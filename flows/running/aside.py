"""A place apart: what runs inside records below one folder, and leaves nothing where production's records are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_at: ContextVar[Path | None] = ContextVar("aside", default=None)

_DROPPED = ("MLFLOW_REGISTRY_URI",)
"""Would lead MLflow's registry elsewhere than its runs."""


def is_aside() -> bool:
    """Whether what runs is a replay: no artifact, no event, nobody told."""
    return _at.get() is not None


def prefix() -> str:
    """Return what keys of artifacts begin with, so that a replay's never stand among production's."""
    return "replay-" if is_aside() else ""


@contextmanager
def aside(place: Path, records: Path) -> Iterator[None]:
    """Let runs inside keep their store in one folder, and what MLflow has of them in another.

    The addresses are handed on through the environment, where every room looks for them; it is put back at the end. So
    there is one replay at a time in a process, which is how workers run flows.
    """
    addresses = {"PLUMBLINE_STORE_URL": f"sqlite:///{place}/store.db", "MLFLOW_TRACKING_URI": mlflow_uri(records)}
    for folder in (place, records):
        folder.mkdir(parents=True, exist_ok=True)
    before = {name: os.environ.get(name) for name in (*addresses, *_DROPPED)}
    token = _at.set(place)
    os.environ.update(addresses)
    for name in _DROPPED:
        os.environ.pop(name, None)
    try:
        yield
    finally:
        _at.reset(token)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def mlflow_uri(records: Path) -> str:
    """Return the address of the MLflow database in a folder."""
    return f"sqlite:///{records}/mlflow.db"
