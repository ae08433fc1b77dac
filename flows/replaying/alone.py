"""A folder that one trial at a time works in: a second one is refused, instead of emptying what the first records."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from flows.running.artifacts import slug
from tasks.domain.errors import LeaseHeldError
from tasks.domain.places import TRIAL_HOME

_LONGEST = 60
"""Letters of a service's name in that of its folder; file systems take 255."""


def trial_home(service: str) -> Path:
    """Return the folder of a service's trials; no two services share one, whatever they are called.

    >>> str(trial_home("support-bot"))
    '.plumbline/try/support-bot'
    """
    plain = slug(service)[:_LONGEST]
    # What a slug drops may be all that tells two services apart.
    told_apart = "" if plain == service else f"-{sha256(service.encode()).hexdigest()[:6]}"
    return Path(TRIAL_HOME) / f"{plain}{told_apart}"


@contextmanager
def alone(service: str) -> Iterator[None]:
    """Keep every other trial of a service out while one is at work; the end of the process frees it as well.

    Raises:
        LeaseHeldError: when one is at work already.
    """
    home = trial_home(service)
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".lock").open("a") as claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LeaseHeldError(f"another make try of {service!r} is at work; wait for it, or stop it") from error
        yield
