"""What is said of a run that found no window: what became of the rows that were read, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from flows.evaluating.planning import Plan
from tasks.domain.report import Intake
from tasks.sources.pulling.pulled import NO_RELEASE

_SHOWN = 5
_REMEDIES = {
    NO_RELEASE: "Map logs.columns.release, or run `release` for what serves",
    "naive timestamp": "Set logs.timezone to the zone they were written in",
}
_REMEDY = "Map the columns (`make try LOGS=...` guesses them), or mend the rows"


def nothing_found(service: str, planned: Plan, intake: Intake, others: Mapping[str, int], now: datetime) -> str:
    """Return why there is nothing to report.

    Args:
        service: Which was asked for.
        planned: The windows looked at.
        intake: What was read of it.
        others: Rows of other services in these windows, by name.
        now: When.
    """
    if not planned.windows:
        return f"no window to evaluate at {now:%Y-%m-%d %H:%M}Z: the last one is done, and the next is not over"
    period = f"between {planned.start:%Y-%m-%d %H:%M}Z and {planned.end:%Y-%m-%d %H:%M}Z"
    there = Counter(others).most_common(_SHOWN)
    services = f"Services in these logs: {', '.join(name for name, _ in there)}" if there else ""
    causes = Counter(intake.quarantined).most_common()
    if causes and not intake.accepted:
        words = ", ".join(cause if len(causes) == 1 else f"{number:,} {cause}" for cause, number in causes[:_SHOWN])
        aside = f"{sum(intake.quarantined.values()):,} rows {period} were read and put aside: {words}"
        return ". ".join(filter(None, [aside, _REMEDIES.get(causes[0][0], _REMEDY), services]))
    nobody = f"no interactions of {service!r} {period}"
    return (
        f"{nobody}. {services}" if there else f"{nobody}; give start and end, or check logs.path and the service's name"
    )
