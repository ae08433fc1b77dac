"""What is said of a run that found no window: what became of the rows that were read, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from flows.evaluating.planning import Plan
from tasks.domain.errors import SourceError
from tasks.domain.report import Intake
from tasks.domain.settings.logs import LogSource
from tasks.sources.glimpse import glimpse
from tasks.sources.pulling.pulled import NO_RELEASE

_SHOWN = 5
_REMEDIES = {
    NO_RELEASE: "Map logs.columns.release, or run `release` for what serves",
    "naive timestamp": "Set logs.timezone to the zone they were written in",
}
_REMEDY = "Map the columns (`make try LOGS=...` guesses them), or mend the rows"


def nothing_found(
    service: str, planned: Plan, intake: Intake, others: Mapping[str, int], logs: LogSource, now: datetime
) -> str:
    """Return why there is nothing to report.

    Args:
        service: Which was asked for.
        planned: The windows looked at.
        intake: What was read of it.
        others: Rows of other services in these windows, by name.
        logs: Where was looked.
        now: When.
    """
    if not planned.windows:
        return f"no window to evaluate at {now:%Y-%m-%d %H:%M}Z: the last one is done, and the next is not over"
    period = f"between {planned.start:%Y-%m-%d %H:%M}Z and {planned.end:%Y-%m-%d %H:%M}Z"
    services = _named("Services in these logs", others)
    causes = Counter(intake.quarantined).most_common()
    if causes and not intake.accepted:
        words = ", ".join(cause if len(causes) == 1 else f"{number:,} {cause}" for cause, number in causes[:_SHOWN])
        aside = f"{sum(intake.quarantined.values()):,} rows {period} were read and put aside: {words}"
        return ". ".join(filter(None, [aside, _REMEDIES.get(causes[0][0], _REMEDY), services]))
    nobody = f"no interactions of {service!r} {period}"
    if services:
        return f"{nobody}. {services}"
    return f"{nobody}; give start and end, or check logs.path and the service's name{_elsewhere(logs)}"


def _elsewhere(logs: LogSource) -> str:
    """Return what the logs hold at other times; empty where nothing can be seen of that."""
    try:
        seen = glimpse(logs)
    except SourceError:
        return ""
    if seen.first is None or seen.last is None:
        return ""
    share = "These logs" if seen.whole else "The rows looked at (the first of the first and the last file)"
    span = f". {share} are from {seen.first:%Y-%m-%d %H:%M}Z to {seen.last:%Y-%m-%d %H:%M}Z"
    return f"{span}. {_named('Services there', seen.services)}" if seen.services else span


def _named(heading: str, services: Mapping[str, int]) -> str:
    most = Counter(services).most_common(_SHOWN)
    return f"{heading}: {', '.join(name for name, _ in most)}" if most else ""
