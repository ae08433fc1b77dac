"""Switching several targets in order: forward through all, or back to one consistent state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from tasks.domain.errors import RoutingError
from tasks.domain.release import Release
from tasks.routing.base import TrafficTarget


class NotSwitchedError(RoutingError):
    """Nothing was switched in the end: every target serves what it served before."""


class HalfSwitchedError(RoutingError):
    """Some targets serve one release and some another, and going back failed too: a person is needed."""


def switch(
    targets: Sequence[TrafficTarget],
    to: Release,
    *,
    back: Release | None,
    key: str,
    note: Callable[[str], None] = lambda _: None,
) -> None:
    """Switch every target to a release, reading each back; run again after a crash it goes on where it was.

    Args:
        targets: In the order they are switched.
        to: Where to.
        back: What they serve now; where they are taken back to if one of them fails.
        key: The same key is the same switch.
        note: Told the name of each target that serves `to`, as soon as it does.

    Raises:
        NotSwitchedError: a target refused; those before it were taken back.
        HalfSwitchedError: a target refused, and taking back those before it failed.
    """
    touched: list[TrafficTarget] = []
    for target in targets:
        try:
            already = target.serves(to)
            touched.append(target)  # also what moved before a crash: where a later one refuses, all go back
            if not already:
                _move(target, to, expected=back, key=f"{key}/{target.name}")
        except RoutingError as error:
            stuck = [one.name for one in reversed(touched) if not _restored(one, to, back, key)]
            if stuck:
                raise HalfSwitchedError(
                    f"{error}; and taking back failed at {', '.join(stuck)}: look what each target serves, and switch "
                    "by hand"
                ) from error
            raise NotSwitchedError(str(error)) from error
        note(target.name)


def _move(target: TrafficTarget, to: Release, *, expected: Release | None, key: str) -> None:
    """Switch one target; what it serves afterwards is believed, not what it answered."""
    try:
        target.switch(to, expected=expected, key=key)
    except RoutingError:
        if not target.serves(to):
            raise
    if not target.serves(to):
        raise RoutingError(f"{target.name}: switched to {to.name}, but reads back as serving another")


def _restored(target: TrafficTarget, to: Release, back: Release | None, key: str) -> bool:
    """Whether the target serves something else than `to`, after one try to take it back."""
    with suppress(RoutingError):
        if not target.serves(to):
            return True  # it never left, or others moved it since: that stays
        if back is not None:
            _move(target, back, expected=to, key=f"{key}/{target.name}/back")
            return True
    return False
