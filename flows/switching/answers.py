"""What people on call can answer, each recorded with who and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from flows.people.telling import Teller
from flows.records.incidents import Incidents
from flows.records.kinds import ActionKind
from flows.records.mandate import Mandate
from flows.records.moves import routed
from flows.records.orders import in_force, refuse_while_held
from flows.running.clock import now
from flows.switching.switchboard import Switchboard, switchboard
from tasks.domain.errors import SettingsError
from tasks.domain.nearest import nearest
from tasks.domain.report import ResponseReport
from tasks.domain.settings.policy import Alerts, Target
from tasks.domain.window import aware_utc
from tasks.store import Action, ActionState, Store

_EXPIRES = timedelta(hours=24)
_LONGEST = timedelta(days=14)

_ORDERS = (ActionKind.SILENCE, ActionKind.HOLD)
"""What stands until a time, and `resume` ends."""


class Answers:
    """The answers of one person about one service.

    Args:
        service: Which; "*" for all.
        reason: Why.
        by: Who.
        target: How traffic is switched; None: as it was last.
        alerts: Whom to tell.
    """

    def __init__(self, service: str, reason: str, by: str, target: Target | None, alerts: Alerts) -> None:
        if not reason.strip() or not by.strip():
            raise SettingsError("reason and by stand in the record; give both")
        self._service = service
        self._reason = reason
        self._by = by
        self._target = target
        self._alerts = alerts

    def give(self, action: str, until: datetime | None) -> ResponseReport:
        """Do what was answered.

        Raises:
            SettingsError: when the answer does not fit the service, or its time.
        """
        if self._service == "*" and action not in {*_ORDERS, "resume"}:
            raise SettingsError(f"{action} is about one service; name it instead of '*'")
        if action in _ORDERS:
            return self._until(ActionKind(action), until)
        does: dict[str, Callable[[], ResponseReport]] = {
            "resume": self._resume,
            "acknowledge": self._acknowledge,
            "undo": self._undo,
            "mark_true": lambda: self._mark(right=True),
            "mark_false": lambda: self._mark(right=False),
        }
        return does[action]()

    def _until(self, action: ActionKind, until: datetime | None) -> ResponseReport:
        end = aware_utc(until, "until") if until is not None else now() + _EXPIRES
        if not now() < end <= now() + _LONGEST:
            raise SettingsError(f"until {end:%Y-%m-%d %H:%M}Z must lie within the next {_LONGEST.days} days")
        with Store.open() as store:
            doubt = self._doubt(store)
            self._record(store, action, end)
        what = "no messages" if action is ActionKind.SILENCE else "nothing is switched"
        return self._report(action, f"{what} for {self._service} until {end:%Y-%m-%d %H:%M}Z ({self._by}){doubt}", end)

    def _doubt(self, store: Store) -> str:
        """Say it where a service was never evaluated nor released: the order comes early, or its name is misspelled."""
        known = store.actions.services(but=_ORDERS)
        if not known or self._service in {"*", *known}:
            return ""
        return f". Nothing is known yet of a service {self._service!r}; {nearest(self._service, known)}"

    def _resume(self) -> ResponseReport:
        with Store.open() as store:
            for kind in _ORDERS:
                self._record(store, kind, now())
            still = [one for kind in _ORDERS if (one := in_force(store, self._service, kind))]
        words = [f"silence and hold of {self._service} end now ({self._by})"]
        words += [f"the {one.kind} of all services goes on: resume '*' ends it" for one in still]
        return self._report("resume", "; ".join(words))

    def _acknowledge(self) -> ResponseReport:
        with Store.open() as store:
            incidents = Incidents(self._service, store)
            newest = incidents.newest()
            if newest is None:
                raise SettingsError(f"{self._service!r} has no incident to acknowledge")
            if newest.state is not ActionState.DONE:
                incidents.note(newest, acknowledged_by=self._by, acknowledged=self._reason)
        return self._report("acknowledge", f"{self._by} is on the incident of {newest.from_release} ({newest.reason})")

    def _undo(self) -> ResponseReport:
        with switchboard(self._service, self._target) as board:
            refuse_while_held(board.store, self._service, "nothing was switched")
            last = self._last_rollback(board.store)
            live = board.registry.live(self._service)
            if live is None or live.name != last.to_release:
                raise SettingsError(
                    f"{live.name if live else 'nothing'} is live, not {last.to_release}, where the last rollback went: "
                    "there is nothing to undo; use release"
                )
            _refuse_a_candidate(board.store, last)
            try:
                self._switch_back(board, last)
            finally:  # also that a target refused
                unsent = Teller(self._service, self._alerts, board.store).send()
        words = f"the rollback {last.from_release} → {last.to_release} was undone by {self._by}: {self._reason}"
        return self._report("undo", "; ".join([words, *unsent]))

    def _switch_back(self, board: Switchboard, last: Action) -> None:
        to = board.registry.get(self._service, last.from_release or "")
        back = board.registry.get(self._service, last.to_release or "")
        action = Action(
            id=f"undo-{uuid4()}",
            service=self._service,
            kind=ActionKind.UNDO,
            reason=self._reason,
            by=self._by,
            state=ActionState.STARTED,
            from_release=back.name,
            to_release=to.name,
            decision_id=last.decision_id,
            detail=Mandate(target=board.target, alerts=self._alerts).detail(),
            created_at=now(),
        )
        board.begin(action)
        board.perform(action, to, back)

    def _mark(self, *, right: bool) -> ResponseReport:
        with Store.open() as store:
            incidents = Incidents(self._service, store)
            newest = incidents.newest()
            if newest is None:
                raise SettingsError(f"{self._service!r} has no incident to mark")
            incidents.mark(newest, marked=right, marked_by=self._by, marked_why=self._reason)
            record = incidents.record()
        words = f"the incident of {newest.from_release} ({newest.reason}) is marked {'right' if right else 'wrong'}"
        return self._report("mark_true" if right else "mark_false", f"{words} by {self._by}. {record}")

    def _last_rollback(self, store: Store) -> Action:
        last = store.actions.last(self._service, ActionKind.ROLLBACK, ActionState.DONE)
        if last is None:
            raise SettingsError(f"{self._service!r} was never rolled back")
        return last

    def _record(self, store: Store, kind: ActionKind, until: datetime) -> None:
        store.actions.record(
            Action(
                id=f"{kind}-{uuid4()}",
                service=self._service,
                kind=kind,
                reason=self._reason,
                by=self._by,
                state=ActionState.DONE,
                detail={"until": until.isoformat()},
                created_at=now(),
            )
        )

    def _report(self, action: str, text: str, until: datetime | None = None) -> ResponseReport:
        return ResponseReport(service=self._service, action=action, text=text, until=until, by=self._by)


def _refuse_a_candidate(store: Store, last: Action) -> None:
    """Refuse to undo the rollback of a release that had a share: undone, it would get all traffic."""
    earlier = [act for act in routed(store, last.service) if (act.updated_at, act.id) < (last.updated_at, last.id)]
    before = earlier[-1] if earlier else None
    if before is not None and before.kind == ActionKind.SHARE and before.to_release == last.from_release:
        raise SettingsError(
            f"{last.from_release} had {before.detail['share']:.0%} of the traffic before the rollback, and undo would "
            f"give it all: run release with route {before.detail['share']:g} and override_reason"
        )
