"""How far a run is: a bar in the terminal, a progress artifact in Prefect once it takes long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_LONG_SECONDS = 10.0
_BETWEEN_UPDATES_SECONDS = 3.0


class Steps:
    """Progress of the steps of one run.

    Args:
        bar: The terminal's; shown where there is a terminal.
        key: Key of the Prefect artifact.
    """

    def __init__(self, bar: Progress, key: str) -> None:
        self._bar = bar
        self._key = key
        self._tasks: dict[str, TaskID] = {}
        self._began = time.monotonic()
        self._artifact: UUID | None = None
        self._told = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Say that `done` of `total` are through a step."""
        if step not in self._tasks:
            self._tasks[step] = self._bar.add_task(step, total=total)
        self._bar.update(self._tasks[step], completed=done, total=total)
        now = time.monotonic()
        if now - self._began > _LONG_SECONDS and now - self._told > _BETWEEN_UPDATES_SECONDS:
            self._told = now
            self._tell(step, 100.0 * done / max(total, 1))

    def _tell(self, step: str, percent: float) -> None:
        if self._artifact is None:
            created = create_progress_artifact(progress=percent, key=self._key, description=f"{step} ...")
            self._artifact = created  # type: ignore[assignment]  # Prefect types a sync call as maybe awaitable
        else:
            update_progress_artifact(self._artifact, progress=percent, description=f"{step} ...")


@contextmanager
def shown(key: str) -> Iterator[Steps]:
    """Show progress on stderr, where that is a terminal, until the run ends."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Steps(bar, key)
