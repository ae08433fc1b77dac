"""People on call answer: acknowledge, silence, hold, resume, undo, mark."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from prefect.client.schemas import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.people.showing import show_moved
from flows.running.artifacts import leave
from flows.running.door import door
from flows.running.refusing import refused
from flows.running.tagging import tag
from flows.switching.answers import Answers
from tasks.domain.errors import RefusedError
from tasks.domain.markdown import escaped
from tasks.domain.report import ResponseReport
from tasks.domain.settings.policy import Alerts, Target
from tasks.domain.settings.words import Line, Name


def _run_name() -> str:
    """Say service and answer in the name of the run."""
    asked: dict[str, Any] = flow_run.parameters
    return f"{asked.get('service', 'respond')} {asked.get('action', '')}"


@door("respond", _run_name)
def respond(
    service: Name,
    action: Literal["acknowledge", "silence", "hold", "resume", "undo", "mark_true", "mark_false"],
    reason: Line,
    by: Line,
    until: datetime | None = None,
    target: Target | None = None,
    alerts: Alerts = Alerts(),
) -> ResponseReport | State[ResponseReport]:
    """Record what a person on call decides, and do it.

    Args:
        service: The service; "*" for all (silence, hold and resume only).
        action: acknowledge: somebody is on it. silence: no messages until then; evaluation goes on. hold: nothing is
            switched until then, whoever asks: no rollback, promotion, release, undo or scaling. resume: ends silence
            and hold. undo: takes the last rollback back and lifts the quarantine; while a hold is in force it is
            refused, resume first. mark_true, mark_false: the last incident was one, or none.
        reason: Why; it stands in the record.
        by: Who; it stands in the record.
        until: silence and hold: with time zone; empty: 24 hours from now. They always expire.
        target: undo: how traffic is switched. Empty: as this service was switched last, e.g. by the rollback.
        alerts: undo: whom to tell.
    """
    tag(service)
    answers = Answers(service, reason, by, target, alerts)
    try:
        report = answers.give(action, until)
    except RefusedError as error:
        return refused(error)
    if action in {"undo", "mark_true", "mark_false"}:
        show_moved(service)
    leave("response", service, escaped(report.text), f"{action}: {service}")
    return Completed(message=report.text, name=action.replace("_", " ").capitalize(), data=report)
