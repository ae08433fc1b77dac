"""A judge that refuses us is paused: asked once a run, until one request is accepted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from flows.evaluating.assignment import Assignment
from tasks.domain.judgment import REFUSES_US, Judged
from tasks.judging import endpoint_hash, judge_model
from tasks.store import Store

logger = logging.getLogger(__name__)


class Pausing:
    """Whether the judge of a run is paused.

    Args:
        assignment: What the run was asked to do.
        store: Where pauses are remembered over runs.
        now: The clock.
    """

    def __init__(self, assignment: Assignment, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._key = endpoint_hash(assignment.judge, assignment.api_key)
        self._model = judge_model(assignment.judge)

    @property
    def paused(self) -> bool:
        """Whether it refused us when it was asked last."""
        return self._store.judge_state.paused(self._key) is not None

    def note(self, judged: Iterable[Judged]) -> None:
        """Pause the judge where it refused us, and clear the pause once it answers."""
        asked = [one.judgment for one in judged if not one.from_ledger]
        refusals = sorted({judgment.cause.value for judgment in asked if judgment.cause in REFUSES_US})
        if refusals:
            reason = ", ".join(refusals)
            logger.warning("the judge %r is paused: %s; one request a run until it is accepted", self._model, reason)
            self._store.judge_state.pause(self._key, reason, self._now())
        elif any(judgment.scored for judgment in asked) and self._store.judge_state.clear(self._key):
            logger.info("the judge %r answers again", self._model)
