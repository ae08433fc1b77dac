"""A person's yes or no, asked for in Prefect's own form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Running
from pydantic import Field

from tasks.domain.settings.words import Line

_NO_ANSWER = {"reject": "a no", "approve": "a yes"}
"""What silence is, by policy.approval_default."""


class Approval(RunInput):
    """The form; who answers is recorded as they claim."""

    approve: Literal["approve", "reject"] = Field(
        description="approve: it is done now, if every condition still holds. reject: everything stays as it is."
    )
    name: Line = Field(min_length=1, max_length=100, description="Who decides; it stands in the record.")
    reason: Line = Field(min_length=1, max_length=500, description="Why; it stands in the record.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said, or that nobody did."""

    approved: bool
    by: str
    words: str


def ask(question: str, timeout: timedelta, default: Literal["reject", "approve"] = "reject") -> Answer:
    """Pause the run until somebody answers the form.

    Args:
        question: Stands above the form, as Markdown.
        timeout: How long to wait.
        default: What no answer in time is.
    """
    form = Approval.with_initial_data(description=question)
    until = datetime.now(UTC) + timeout
    get_run_logger().info(
        f"waiting for a person: press Resume; until {until:%Y-%m-%d %H:%M}Z, after that it is {_NO_ANSWER[default]}"
    )
    try:
        given = pause_flow_run(wait_for_input=form, timeout=int(timeout.total_seconds()), poll_interval=2)
    except FlowPauseTimeout:
        _go_on()
        words = f"nobody answered within {timeout}, which is {_NO_ANSWER[default]}"
        return Answer(approved=default == "approve", by="nobody", words=words)
    return Answer(approved=given.approve == "approve", by=given.name, words=given.reason)


def _go_on() -> None:
    """Say that the run is running: after its time-out it counts as paused, and its end would be called a failure."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(UUID(str(flow_run.id)), Running(), force=True)
