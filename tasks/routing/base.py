"""What a traffic target can do: say what it serves, and switch."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from tasks.domain.release import Release
from tasks.domain.scaling import ScalingPlan
from tasks.domain.split import Split


class TrafficTarget(Protocol):
    """Where traffic is switched.

    Every implementation is idempotent: switching to what is served already changes nothing, and a crash between the
    switch and its record is mended by asking `serves` first.
    """

    @property
    def name(self) -> str:
        """What it is called in records and messages, e.g. `alias live of support-bot`."""

    def concerns(self, release: Release) -> bool:
        """Whether there is anything to switch for this release."""

    def serves(self, release: Release) -> bool:
        """Read back whether it serves this release now.

        Raises:
            RoutingError: when it cannot be asked.
        """

    def switch(self, to: Release, *, expected: Release | None, key: str) -> None:
        """Switch to a release if it serves the expected one.

        Args:
            to: Where to.
            expected: What it is thought to serve; None: nothing.
            key: The same key is the same switch, so that a repeated request is no second one.

        Raises:
            RoutingError: when it serves something else, refuses, or cannot be reached.
        """


@runtime_checkable
class SplittingTarget(Protocol):
    """A target that can give a candidate a share of the traffic."""

    @property
    def sticks(self) -> bool:
        """Whether it can keep a session on its side; else each request is assigned by itself."""

    def split(self, control: Release, candidate: Release, split: Split, *, key: str) -> None:
        """Give a candidate a share of the traffic, and the release that serves the rest.

        Args:
            control: What serves now.
            candidate: What gets the share.
            split: How much, and what sticks to its side.
            key: The same key is the same order.

        Raises:
            RoutingError: when it serves something else, refuses, or cannot be reached.
        """


@runtime_checkable
class ScalingTarget(Protocol):
    """A target that also runs the service's replicas.

    Every implementation is idempotent, as a traffic target is: what is followed already changes nothing.
    """

    @property
    def name(self) -> str:
        """What it is called in records and messages."""

    def follows(self, plan: ScalingPlan) -> bool:
        """Read back whether it follows this plan now.

        Raises:
            RoutingError: when it cannot be asked.
        """

    def scale(self, plan: ScalingPlan, *, key: str) -> None:
        """Let it follow a plan.

        Args:
            plan: Replicas by the hour.
            key: The same key is the same order.

        Raises:
            RoutingError: when it refuses or cannot be reached.
        """
