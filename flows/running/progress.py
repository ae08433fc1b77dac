"""How far a run is: a bar in the terminal, a progress artifact in Prefect once it takes long."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_LONG_SECONDS = 10.0
_BETWEEN_UPDATES_SECONDS = 3.0


class Steps:
    """Progress of the steps of one run; told from any thread, also from inside an event loop.

    Args:
        bar: The terminal's; shown where there is a terminal.
    """

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}
        self.newest: tuple[str, float] | None = None

    def __call__(self, step: str, done: int, total: int) -> None:
        """Say that `done` of `total` are through a step."""
        if step not in self._tasks:
            self._tasks[step] = self._bar.add_task(step, total=total)
        self._bar.update(self._tasks[step], completed=done, total=total)
        self.newest = (step, 100.0 * done / max(total, 1))


@contextmanager
def shown(key: str) -> Iterator[Steps]:
    """Show progress until the run ends: on stderr where that is a terminal, in Prefect after some seconds."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    ended = threading.Event()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        steps = Steps(bar)
        # Prefect's calls block and need the run's context: a thread of their own keeps them out of the judge's loop.
        teller = threading.Thread(target=contextvars.copy_context().run, args=(_tell, steps, key, ended), daemon=True)
        teller.start()
        try:
            yield steps
        finally:
            ended.set()
            teller.join()


def _tell(steps: Steps, key: str, ended: threading.Event) -> None:
    """Keep the artifact up to date; a run that ends soon leaves none."""
    artifact: Any = None
    pause = _LONG_SECONDS
    while not ended.wait(pause):
        pause = _BETWEEN_UPDATES_SECONDS
        if steps.newest is None:
            continue
        step, percent = steps.newest
        if artifact is None:
            artifact = create_progress_artifact(progress=percent, key=key, description=f"{step} ...")
        else:
            update_progress_artifact(artifact, progress=percent, description=f"{step} ...")
    if artifact is not None:
        update_progress_artifact(artifact, progress=100.0, description="done")
