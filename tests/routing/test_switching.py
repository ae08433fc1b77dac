"""Several targets move together or not at all, and what is read back is believed over what was asked."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from tasks.domain.errors import RoutingError
from tasks.domain.release import Configuration, Origin, Release
from tasks.routing import HalfSwitchedError, NotSwitchedError, switch


def release(name: str) -> Release:
    """A registered release."""
    return Release(
        service="s",
        name=name,
        version=name,
        origin=Origin.REGISTERED,
        registered_at=datetime(2026, 6, 1, tzinfo=UTC),
        configuration=Configuration(model="m"),
    )


OLD, NEW, OTHER = release("1"), release("2"), release("3")


class Gate:
    """A target in memory that can be down, lie, refuse, or break after a number of calls."""

    def __init__(self, name: str, serving: Release | None = NEW, fault: str = "") -> None:
        self.name = name
        self.serving = serving
        self.fault = fault
        self.keys: list[str] = []

    def concerns(self, release: Release) -> bool:
        """Every release."""
        return bool(release)

    def serves(self, release: Release) -> bool:
        """Read back."""
        if self.fault == "down":
            raise RoutingError(f"{self.name} does not answer")
        return self.serving is not None and self.serving.name == release.name

    def switch(self, to: Release, *, expected: Release | None, key: str) -> None:
        """Switch, unless the fault says otherwise."""
        self.keys.append(key)
        if self.fault == "refuses" or (self.serving or OTHER).name != (expected or OTHER).name:
            raise RoutingError(f"{self.name} refuses")
        if self.fault == "sticks" and to is NEW:
            raise RoutingError(f"{self.name} cannot be taken back")
        if self.fault != "lies":
            self.serving = to
        if self.fault == "times out":
            raise RoutingError(f"{self.name} timed out")


@pytest.mark.parametrize("fault", ["down", "refuses", "lies"])
@pytest.mark.parametrize("broken", [0, 1, 2])
def test_one_broken_target_leaves_all_where_they_were(fault: str, broken: int) -> None:
    """Whatever breaks, and wherever: nothing serves the new release alone."""
    gates = [Gate(f"gate {at}", fault=fault if at == broken else "") for at in range(3)]
    with pytest.raises(NotSwitchedError, match=f"gate {broken}"):
        switch(gates, OLD, back=NEW, key="k")
    assert [gate.serving for gate in gates] == [NEW, NEW, NEW]


def test_a_switch_that_times_out_but_took_place_is_believed() -> None:
    """What is read back counts, not what was answered."""
    gates = [Gate("first", fault="times out"), Gate("second")]
    switch(gates, OLD, back=NEW, key="k")
    assert [gate.serving for gate in gates] == [OLD, OLD]


def test_what_cannot_be_taken_back_is_said_aloud() -> None:
    """A half switched service is its own error, and names the target that stuck."""
    gates = [Gate("first", fault="sticks"), Gate("second", fault="refuses")]
    with pytest.raises(HalfSwitchedError, match="taking back failed at first"):
        switch(gates, OLD, back=NEW, key="k")


def test_a_target_moved_by_others_is_left_alone() -> None:
    """Compare and set: a promotion that came in between wins, and what had moved is taken back."""
    gates = [Gate("first"), Gate("second", serving=OTHER)]
    with pytest.raises(NotSwitchedError):
        switch(gates, OLD, back=NEW, key="k")
    assert [gate.serving for gate in gates] == [NEW, OTHER]


@pytest.mark.parametrize("moved", list(itertools.product([False, True], repeat=3)))
def test_after_a_crash_anywhere_the_rest_is_switched(moved: tuple[bool, ...]) -> None:
    """What serves the new release is not asked again."""
    gates = [Gate(f"gate {at}", serving=OLD if done else NEW) for at, done in enumerate(moved)]
    told: list[str] = []
    switch(gates, OLD, back=NEW, key="k", note=told.append)
    assert [gate.serving for gate in gates] == [OLD, OLD, OLD]
    assert [bool(gate.keys) for gate in gates] == [not done for done in moved]
    assert told == ["gate 0", "gate 1", "gate 2"]


def test_the_first_release_has_nothing_to_go_back_to() -> None:
    """Nothing served before: a refusal of the first target leaves nothing, of the second is told."""
    with pytest.raises(NotSwitchedError):
        switch([Gate("first", serving=None, fault="refuses")], OLD, back=None, key="k")
    with pytest.raises(HalfSwitchedError):
        switch([Gate("first", serving=None), Gate("second", serving=None, fault="refuses")], OLD, back=None, key="k")
