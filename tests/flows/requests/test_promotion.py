"""A promotion that was interrupted: finished where it had begun, looked at anew where nobody waits any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.promotion import promote
from flows.records.kinds import ActionKind
from flows.records.mandate import Mandate
from flows.releases import release
from tasks.domain.settings.policy import Policy
from tasks.registry import Registry
from tasks.store import Action, ActionState, Store


@pytest.fixture
def decided(service: str) -> Action:
    """A decision to promote 2, and both releases; 1 is live."""
    release(service=service, release="1", model="m1")
    release(service=service, release="2", model="m2", route="none")
    moment = datetime.now(UTC)
    detail = {"comparison": "c", "decided_at": moment.isoformat(), **Mandate(Policy(mode="approve")).detail()}
    return Action(
        id=f"promote-{service}", service=service, kind=ActionKind.PROMOTION, reason="not worse", by="policy",
        state=ActionState.WAITING, from_release="1", to_release="2", detail=detail, created_at=moment,
    )  # fmt: skip


def recorded(action: Action, **changes: object) -> Action:
    """Put it on record, as a run that died left it."""
    with Store.open() as store:
        store.actions.record(action)
        store.actions.update_state(action.id, action.state, **changes)
    return action


def test_what_a_crash_left_in_the_middle_is_finished_and_said_to_be_done(service: str, decided: Action) -> None:
    """Not that the control is live no more, which would be true and no help."""
    recorded(decided, new_state=ActionState.STARTED)
    report = promote(service=service, decision_id=decided.id)
    assert (report.state, report.by) == ("done", "policy")
    assert report.text.startswith("promoted 1 → 2 at ")
    live = Registry.connect().live(service)
    assert live is not None
    assert live.name == "2"
    assert promote(service=service, decision_id=decided.id).text.endswith("is done already: nothing to do")


def test_what_waits_for_a_person_is_left_alone_until_its_run_must_be_dead(service: str, decided: Action) -> None:
    """After the time-out it is looked at anew; before, another run may still get its answer."""
    recorded(decided, new_state=ActionState.WAITING, at=datetime.now(UTC) - timedelta(minutes=50))
    assert promote(service=service).text.endswith("is waiting already: nothing to do")
    recorded(decided, new_state=ActionState.WAITING, at=datetime.now(UTC) - timedelta(minutes=80))
    report = promote(service=service)
    assert report.state == "refused"
    assert "the comparison says promote no more" in report.text
