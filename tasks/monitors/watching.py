"""Monitors that only watch: no evidence is gathered against a release by what they find."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.domain.feature import Feature, Observation
from tasks.domain.settings.monitors import Monitors
from tasks.monitors.base import Moment
from tasks.monitors.reference import Reference


class Watching:
    """What such monitors share: nothing to bet on."""

    def features(self, settings: Monitors, reference: Reference | None, *, strict: bool) -> tuple[Feature, ...]:  # noqa: ARG002 (the protocol's)
        """Return none."""
        return ()

    def observe(self, settings: Monitors, moment: Moment) -> dict[str, Observation]:  # noqa: ARG002 (the protocol's)
        """Return none."""
        return {}


def counted(causes: Mapping[str, int]) -> str:
    """Return causes with their counts, the most frequent first.

    >>> counted({"timeout": 1, "server": 3})
    '3 server, 1 timeout'
    """
    return ", ".join(f"{n} {cause}" for cause, n in sorted(causes.items(), key=lambda item: -item[1]))
