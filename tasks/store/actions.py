"""Actions on production: recorded before and after, so that a crash in between is finished, not repeated."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Table, Text, select

from tasks.store.columns import Json, UtcTime, Words, metadata
from tasks.store.database import Database

actions = Table(
    "actions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("service", Words, nullable=False, index=True),
    Column("kind", Words, nullable=False),
    Column("from_release", Words),
    Column("to_release", Words),
    Column("reason", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("decision_id", Words),
    Column("state", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)


class ActionState(StrEnum):
    """How far an action is."""

    REQUESTED = "requested"
    WAITING = "waiting"
    STARTED = "started"
    SWITCHED = "switched"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


FINISHED = (ActionState.DONE, ActionState.REFUSED, ActionState.FAILED)
"""Nothing is left to be done about these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action on production.

    Attributes:
        id: Given by the caller: the same id is the same action.
        kind: `rollback`, `release`, `hold`, ...
        by: Who or what decided it.
        decision_id: The decision it follows.
        state: How far it is.
        detail: Whatever else belongs to it; JSON.
        created_at: Set when recorded, unless given.
        updated_at: Likewise.
    """

    id: str
    service: str
    kind: str
    reason: str
    by: str
    state: ActionState
    from_release: str | None = None
    to_release: str | None = None
    decision_id: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Actions:
    """Actions by service.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, action: Action) -> bool:
        """Record an action; False when its id is known already, and nothing was changed."""
        at = action.created_at or datetime.now(UTC)
        values = asdict(action) | {
            "state": ActionState(action.state).value,
            "created_at": at,
            "updated_at": action.updated_at or at,
        }
        insert = self._database.insert(actions).values(**values).on_conflict_do_nothing()
        return bool(self._database.write(insert))

    def update_state(
        self,
        action_id: str,
        expected_state: str,
        new_state: str,
        *,
        detail: Mapping[str, Any] | None = None,
        to_release: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Move an action on if it is where it is thought to be; False when it is not, and nothing was changed.

        Args:
            action_id: Which.
            expected_state: Where it is thought to be.
            new_state: Where it goes.
            detail: Replaces the detail; None: it stays.
            to_release: Where it goes, once that is known; None: it stays.
            at: When; None: now.
        """
        values: dict[str, Any] = {"state": ActionState(new_state).value, "updated_at": at or datetime.now(UTC)}
        if detail is not None:
            values["detail"] = dict(detail)
        if to_release is not None:
            values["to_release"] = to_release
        return bool(
            self._database.write(
                actions.update()
                .where(actions.c.id == action_id, actions.c.state == ActionState(expected_state).value)
                .values(**values)
            )
        )

    def get(self, action_id: str) -> Action | None:
        """Return one action, or None."""
        row = self._database.row(select(actions).where(actions.c.id == action_id))
        return _action(row) if row else None

    def last(self, service: str, kind: str, state: str | None = None) -> Action | None:
        """Return the newest action of a kind, in a state if one is given, or None."""
        conditions = [actions.c.service == service, actions.c.kind == kind]
        if state is not None:
            conditions.append(actions.c.state == ActionState(state).value)
        found = self._listed(*conditions)
        return found[-1] if found else None

    def of(self, service: str) -> list[Action]:
        """Return the service's actions, oldest first."""
        return self._listed(actions.c.service == service)

    def services(self, *, but: Collection[str] = ()) -> list[str]:
        """Return the services about which anything but actions of these kinds was recorded, by name."""
        known = select(actions.c.service).where(actions.c.kind.not_in(but)).distinct().order_by(actions.c.service)
        return [row.service for row in self._database.rows(known)]

    def unfinished(self, service: str) -> list[Action]:
        """Return the service's actions about which something is left to be done, oldest first."""
        finished = [state.value for state in FINISHED]
        return self._listed(actions.c.service == service, actions.c.state.not_in(finished))

    def _listed(self, *conditions: ColumnElement[bool]) -> list[Action]:
        query = select(actions).where(*conditions).order_by(actions.c.created_at, actions.c.id)
        return [_action(row) for row in self._database.rows(query)]


def _action(row: Row[Any]) -> Action:
    return Action(**dict(row._mapping) | {"state": ActionState(row.state)})  # noqa: SLF001 (public by its documentation)
