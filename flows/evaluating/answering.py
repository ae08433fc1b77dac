"""Who answered a row that names no release: what was live then and, while two served, the one whose model it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest

from flows.records.kinds import ActionKind
from flows.records.moves import ROUTED, moves_of
from tasks.registry import Registry
from tasks.store import Action, ActionState, Store

_MOVING = (ActionState.STARTED, ActionState.SWITCHED, ActionState.DONE)
_STILL = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Both:
    """A time in which two releases answered: a switch at work, or a share."""

    start: datetime
    end: datetime
    releases: frozenset[str]


class Answering:
    """Tells which release answered.

    A switch takes time: a gateway's workers answer from their caches for a minute, and its record is written after
    that. Rows of that minute would else be blamed on the release that is being left, or that comes back.

    Args:
        history: When which release became live, oldest first.
        acts: What moved traffic, or is at it, oldest first.
        models: The model of each release that has one.
    """

    def __init__(
        self, history: Sequence[tuple[datetime, str]], acts: Sequence[Action], models: Mapping[str, str]
    ) -> None:
        self._history = history
        self._both = tuple(_both(acts))
        self._models = models

    @classmethod
    def remembered(cls, service: str, store: Store, registry: Registry) -> Answering:
        """Return what the records of a service tell."""
        models = {one.name: one.configuration.model for one in registry.releases(service) if one.configuration}
        acts = [one for one in store.actions.of(service) if one.kind in ROUTED and one.state in _MOVING]
        return cls(moves_of(store, service), acts, models)

    def at(self, moment: datetime, model: str | None) -> str | None:
        """Return who answered at a moment; None where nothing was live yet.

        Args:
            moment: When.
            model: The model that answered, where the row says it. It decides only between releases that served at the
                same time, and only if it is the one's and not the other's.
        """
        live = next((release for since, release in reversed(self._history) if since <= moment), None)
        if model is None:
            return live
        serving = {name for both in self._both if both.start <= moment < both.end for name in both.releases}
        # Providers answer with a dated name of what was asked for; the longest that fits is meant.
        asked = {name: self._models.get(name, "") for name in serving}
        fits = {name: len(its) for name, its in asked.items() if its and f"{model}-".startswith(f"{its}-")}
        own = [name for name, length in fits.items() if length == max(fits.values())]
        return own[0] if len(own) == 1 else live


def _both(acts: Sequence[Action]) -> Iterator[_Both]:
    for act, after in zip_longest(acts, acts[1:]):
        names = frozenset(name for name in (act.from_release, act.to_release) if name)
        if act.created_at is None or act.updated_at is None:
            continue
        end = act.updated_at if act.state is ActionState.DONE else _STILL
        if act.kind == ActionKind.SHARE:
            end = after.updated_at if after is not None and after.updated_at else _STILL
        yield _Both(act.created_at, end, names)
