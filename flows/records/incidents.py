"""An incident: one record of a release, from the first warning to recovery, with everything people did about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.records.kinds import ActionKind
from flows.running.clock import now
from tasks.decisions.alarm_record import Alarm, alarm_record
from tasks.domain.evaluation import Evaluation
from tasks.domain.settings.policy import Policy
from tasks.domain.verdict import Verdict
from tasks.store import Action, ActionState, Store


class Incidents:
    """The incidents of one service.

    Args:
        service: Whose.
        store: Where they are kept.
    """

    def __init__(self, service: str, store: Store) -> None:
        self._service = service
        self._store = store

    def follow(self, evaluations: Sequence[Evaluation], policy: Policy) -> None:
        """Open an incident at the first warning of a release, note its failure, close it when it passes again.

        Args:
            evaluations: New ones.
            policy: What it promises stands in the record, so that it can be held against what people mark.
        """
        for evaluation in sorted(evaluations, key=lambda one: one.window.start):
            known = self.open(evaluation.release)
            moved = evaluation.verdict in {Verdict.WARN, Verdict.FAIL}
            if known is None and moved:
                known = self._begin(evaluation, policy)
            if known is None:
                continue
            if evaluation.verdict is Verdict.FAIL and "failed" not in known.detail:
                since = evaluation.window.start.isoformat()
                self.note(known, failed=since, decision_id=evaluation.decision_id, reasons=list(evaluation.reasons[:3]))
            elif evaluation.verdict is Verdict.PASS and self._worst(known) is not Verdict.FAIL:
                self.close(known, f"passed again at {evaluation.window.end:%Y-%m-%d %H:%M}Z")

    def switched(self, action: Action) -> None:
        """Note what a switch means for the incident of the release that was left, or came back.

        A rollback leaves it open until recovery is known; any other switch ends it.
        """
        if action.kind == ActionKind.ROLLBACK:
            if left := self.open(action.from_release or ""):
                self.note(left, action_id=action.id, rolled_back_to=action.to_release)
            return
        back = self.open(action.to_release or "") if action.kind == ActionKind.UNDO else None
        if back:
            self.close(back, f"the rollback was undone by {action.by}: {action.reason}")
        if left := self.open(action.from_release or ""):
            self.close(left, f"{action.to_release} is live instead, by {action.by}")

    def open(self, release: str) -> Action | None:
        """Return the open incident of a release; None when there is none."""
        mine = [one for one in self._store.actions.unfinished(self._service) if one.kind == ActionKind.INCIDENT]
        return next((one for one in mine if one.from_release == release), None)

    def newest(self) -> Action | None:
        """Return the newest incident of the service, open or closed."""
        known = [one for one in self._store.actions.of(self._service) if one.kind == ActionKind.INCIDENT]
        return known[-1] if known else None

    def note(self, incident: Action, **more: Any) -> None:
        """Add to an incident's record."""
        self._update(incident, ActionState.STARTED, more)

    def close(self, incident: Action, how: str) -> None:
        """Close an incident: how it ended, and when."""
        self._update(incident, ActionState.DONE, {"ended": how, "closed_at": now().isoformat()})

    def _update(self, incident: Action, state: ActionState, more: Mapping[str, Any]) -> None:
        known = self._store.actions.get(incident.id) or incident
        detail = dict(known.detail) | dict(more)
        self._store.actions.update_state(incident.id, known.state, state, detail=detail, at=now())

    def mark(self, incident: Action, **more: Any) -> None:
        """Add to the record of an incident that may be over."""
        self._update(incident, incident.state, more)

    def record(self) -> str:
        """Return in words what became of the alarms so far, beside what was promised; empty when there were none."""
        known = [one for one in self._store.actions.of(self._service) if one.kind == ActionKind.INCIDENT]
        seen = self._store.releases.of(self._service)
        if not known or not seen:
            return ""
        watched = max(one.last_seen for one in seen) - seen[0].first_seen
        found = [(self._worst(one), one.detail.get("marked")) for one in known]
        alarms = [Alarm(failed=verdict is Verdict.FAIL, right=marked) for verdict, marked in found if verdict]
        promised = Policy.model_validate(known[-1].detail.get("promised", {}))
        return alarm_record(alarms, watched, promised.warns_per_year, promised.false_rollbacks_per_year)

    def _worst(self, incident: Action) -> Verdict | None:
        """Return whether it is a failure or a warning by the newest decision on each window; None: neither any more.

        Settings may have changed since. What a person marked, or a switch followed, stays what it was.
        """
        detail = incident.detail
        recorded = Verdict.FAIL if "failed" in detail else Verdict.WARN
        if {"marked", "action_id"} & detail.keys():
            return recorded
        start = datetime.fromisoformat(detail["opened"])
        end = datetime.fromisoformat(detail["closed_at"]) if "closed_at" in detail else None
        verdicts = self._store.windows.verdicts(self._service, incident.from_release or "", start, end)
        if not verdicts:
            return recorded
        return next((verdict for verdict in (Verdict.FAIL, Verdict.WARN) if verdict in verdicts), None)

    def _begin(self, evaluation: Evaluation, policy: Policy) -> Action:
        action = Action(
            id=f"incident-{self._service}-{evaluation.release}-{evaluation.window.start:%Y%m%dT%H%M}",
            service=self._service,
            kind=ActionKind.INCIDENT,
            reason=evaluation.reasons[0] if evaluation.reasons else evaluation.verdict.value,
            by="evaluate",
            state=ActionState.STARTED,
            from_release=evaluation.release,
            detail={
                "opened": evaluation.window.start.isoformat(),
                "first_verdict": evaluation.verdict.value,
                "promised": policy.model_dump(include={"warns_per_year", "false_rollbacks_per_year"}),
            },
            created_at=now(),
        )
        if not self._store.actions.record(action):
            # The window was evaluated before: what is known of its incident stands, closed or not.
            return self._store.actions.get(action.id) or action
        return action
