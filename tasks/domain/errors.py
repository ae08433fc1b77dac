"""Every error Plumbline raises on purpose, in one tree.

PlumblineError
├── SettingsError            what was asked for cannot be run as written
├── RefusedError             a person or a rule stands against what was asked for; nothing was switched
├── SourceError              logs that cannot be read at all
├── JudgeError               a judge that cannot be used at all (one failed call is data, not an error)
├── StoreError               the store cannot be used
│   ├── SchemaMismatchError  a store written by another version of Plumbline
│   └── LeaseHeldError       another run is at work on the same service
├── TrackingError            MLflow cannot be reached or refuses
├── RegistryError            the registry has not what was asked of it
├── RoutingError             traffic could not be switched, or what was read back differs
└── AlertError               a message was not delivered; never fails an evaluation

A message says what happened, to which thing (by name), and what to do. What it quotes may come from logs or servers:
it is printed as one line without control characters.
"""

from __future__ import annotations

from tasks.domain.naming import line


class PlumblineError(Exception):
    """Root of the tree: catch this to catch everything Plumbline raises on purpose."""

    def __str__(self) -> str:
        return line(super().__str__())


class SettingsError(PlumblineError, ValueError):
    """What was asked for cannot be run as written; also a ValueError, so that pydantic reports it in place."""


class RefusedError(PlumblineError):
    """What was asked for is right as written and may not be done: held, or it would leave a router behind."""


class SourceError(PlumblineError):
    """Logs that cannot be read at all; one bad row is quarantined instead."""


class JudgeError(PlumblineError):
    """A judge that cannot be used at all; one failed call is an unscored judgment instead."""


class StoreError(PlumblineError):
    """The store cannot be used."""


class SchemaMismatchError(StoreError):
    """The store was written by another version of Plumbline."""


class LeaseHeldError(StoreError):
    """Another run holds the lease and is alive."""


class TrackingError(PlumblineError):
    """MLflow cannot be reached, or refuses what is recorded."""


class RegistryError(PlumblineError):
    """The registry has not what was asked of it."""


class RoutingError(PlumblineError):
    """Traffic could not be switched, or what was read back differs from what was asked."""


class AlertError(PlumblineError):
    """A message was not delivered; it is tried again, and never fails an evaluation."""
