"""The steps that read logs, as Prefect sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.domain.interaction import Interaction
from tasks.domain.settings.judging import Sampling
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.monitors import Monitors
from tasks.domain.window import Window
from tasks.sources.lookup import look_up
from tasks.sources.pulling import Pulled, pull


@task(name="pull", task_run_name="pull {service}", cache_policy=NO_CACHE, persist_result=False)
def pull_windows(
    logs: LogSource,
    service: str,
    windows: Sequence[Window],
    sampling: Sampling,
    monitors: Monitors,
    release_at: Callable[[datetime, str | None], str | None],
) -> Pulled:
    """Read the logs once for these windows."""
    return pull(logs, service, windows, sampling=sampling, release_at=release_at, prices=monitors.cost.prices)


@task(name="look up", task_run_name="look up {service}", cache_policy=NO_CACHE, persist_result=False)
def look_up_interactions(
    logs: LogSource, service: str, ids: Collection[str], start: datetime, end: datetime
) -> dict[str, Interaction]:
    """Read the logs until these interactions are found."""
    return look_up(logs, service, ids, start, end)
