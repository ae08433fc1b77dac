"""A person answers through Prefect's own pause: nothing moves before, and conditions are checked again after."""

from __future__ import annotations

import re
import threading
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.flow_runs import resume_flow_run
from prefect.states import StateType

from flows.people.approval import Answer, Approval, ask
from flows.people.showing import in_words
from flows.releases import release
from flows.rollback import roll_back
from tasks.domain.report import RollbackReport
from tasks.registry import Registry
from tasks.store import Store


@pytest.fixture
def service(place: Path) -> str:
    """A service with two releases, the second live."""
    name = f"bot-{uuid4().hex[:8]}"
    for number in "12":
        release(service=name, release=number, model="m", config={"n": number})
    return name


def paused(within: float = 40) -> str:
    """Wait for a paused run and return its id."""
    waiting = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED])))
    until = time.monotonic() + within
    with get_client(sync_client=True) as client:
        while time.monotonic() < until:
            if runs := client.read_flow_runs(flow_run_filter=waiting):
                return str(runs[0].id)
            time.sleep(0.2)
    raise AssertionError("no run was paused")


def answered(service: str, meanwhile: str | None = None, **given: object) -> RollbackReport:
    """Ask for a rollback with a form, check that nothing moved, and answer it."""
    reports: list[RollbackReport] = []
    run = threading.Thread(
        target=lambda: reports.append(roll_back(service=service, reason="tone", to="1", approve=True, by="Ada"))
    )
    run.start()
    waiting = paused()
    live = Registry.connect().live(service)
    assert live is not None
    assert live.name == "2"
    if meanwhile:
        Registry.connect().set_live(service, meanwhile, expected="2")
    resume_flow_run(waiting, run_input=given)
    run.join(40)
    return reports[0]


def test_nothing_moves_before_the_yes(service: str) -> None:
    """Who said so and why stands in the report, on MLflow's first line, and in the release's history."""
    report = answered(service, approve="approve", name="Grace", reason="the tone is off")
    assert (report.state, report.by) == ("done", "Grace")
    said = "by Ada, approved by Grace: the tone is off"
    assert f"{said}. tone. Read back" in report.text
    with Store.open() as store:
        assert in_words(store.actions.of(service)[-1]).endswith(f"rolled back: 2 → 1 {said} (tone)")
    assert Registry.connect().history(service, "1")[-1]["by"] == said.removeprefix("by ")
    live = Registry.connect().live(service)
    assert live is not None
    assert live.name == "1"


@pytest.mark.slow
def test_a_no_is_recorded_and_nothing_moves(service: str) -> None:
    """Rejected is an outcome of its own."""
    report = answered(service, approve="reject", name="Grace", reason="it is the holidays")
    assert (report.state, report.text) == ("rejected", "not rolled back: rejected by Grace (it is the holidays)")


@pytest.mark.slow
def test_after_the_yes_every_condition_is_checked_again(service: str) -> None:
    """Somebody put release 1 live meanwhile: there is nothing left to switch."""
    report = answered(service, meanwhile="1", approve="approve", name="Grace", reason="yes")
    assert (report.state, "1 is live already" in report.text) == ("refused", True)


def test_a_yes_is_to_what_was_asked_and_to_nothing_else(service: str) -> None:
    """A third release went live meanwhile: whoever agreed to leave 2 said nothing of 3."""
    release(service=service, release="3", model="m", config={"n": "3"}, route="none")
    report = answered(service, meanwhile="3", approve="approve", name="Grace", reason="yes")
    assert report.state == "refused"
    assert "as approved: the yes was to 2 → 1, and by now it would be 3 → 1: ask again" in report.text
    live = Registry.connect().live(service)
    assert live is not None
    assert live.name == "3"


def test_a_form_without_a_choice_is_no_answer() -> None:
    """Else a name, a reason and Submit would be a no in silence."""
    schema = Approval.model_json_schema()
    assert schema["properties"]["approve"]["enum"] == ["approve", "reject"]
    assert set(schema["required"]) == {"approve", "name", "reason"}
    assert all(field["description"] for field in schema["properties"].values())


@pytest.mark.slow
def test_no_answer_in_time_is_a_no(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Silence switches nothing; the log says what is waited for, and until when."""

    @flow
    def asking() -> Answer:
        return ask("Roll back?", timedelta(seconds=1))

    state = asking(return_state=True)
    answer = state.result()
    assert (answer.approved, answer.by, state.is_completed()) == (False, "nobody", True)
    assert re.search(r"waiting for a person: press Resume; until \S+ \d\d:\d\dZ, after that it is a no", caplog.text)
