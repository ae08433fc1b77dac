"""A/B tests of a service, as they were started: each is the share a candidate got, with what the test asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.records.kinds import ActionKind
from flows.records.moves import routed
from tasks.domain.settings.experiments import Experiment
from tasks.routing import SplittingTarget
from tasks.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ABTest:
    """An A/B test that was started.

    Attributes:
        id: Of the action that started it; the salt units are assigned by.
        control: What served alone before.
        candidate: What got a share.
        experiment: What it asks, by the unit that can be analysed.
        note: What is to be said of its assignment; empty: nothing.
        began: When the share was given.
        ended: When traffic took another way; None: it is open.
        ending: How.
    """

    id: str
    control: str
    candidate: str
    experiment: Experiment
    note: str
    began: datetime
    ended: datetime | None = None
    ending: str = ""


def told(experiment: Experiment, router: SplittingTarget | None) -> dict[str, Any]:
    """Return what is kept of a test that starts.

    Args:
        experiment: What it asks.
        router: What splits the traffic; None: the application, by `assign`.
    """
    return {"ab_test": experiment.model_dump(mode="json"), "sticks": router is None or router.sticks}


def newest_test(store: Store, service: str) -> ABTest | None:
    """Return the test that was started last, open or ended by whatever moved traffic since; None when there is none."""
    acts = routed(store, service)
    started = [at for at, act in enumerate(acts) if act.kind == ActionKind.SHARE and "ab_test" in act.detail]
    if not started:
        return None
    action, after = acts[started[-1]], acts[started[-1] + 1 :]
    assert action.updated_at is not None  # it is done
    experiment, note = _analysed(Experiment.model_validate(action.detail["ab_test"]), bool(action.detail["sticks"]))
    ending = f"{after[0].kind} of {after[0].to_release} by {after[0].by}: {after[0].reason}" if after else ""
    return ABTest(
        id=action.id,
        control=action.from_release or "",
        candidate=action.to_release or "",
        experiment=experiment,
        note=note,
        began=action.updated_at,
        ended=after[0].updated_at if after else None,
        ending=ending,
    )


def _analysed(experiment: Experiment, sticks: bool) -> tuple[Experiment, str]:
    """Return the test by the unit that was really assigned, and what is to be said of that."""
    if experiment.unit == "interaction" or sticks:
        return experiment, ""
    note = (
        "the router draws for each request, so that a session meets both releases: analysed by interaction, not by "
        f"{experiment.unit}; what one answer does to the next is not seen"
    )
    return experiment.model_copy(update={"unit": "interaction"}), note
