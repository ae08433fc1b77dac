"""Comparisons in the store: each one row of evidence, replaced, since a state carries its own past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tasks.experiments import ComparisonState, Outcome, start
from tasks.store import EvidenceRow, Store

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kept:
    """A comparison as it is kept.

    Attributes:
        state: After its last window.
        acted: Whether its decision was acted on: a crash in between is made good.
        done: What was done, in words.
        run_id: The run in MLflow that has all of this; None while it does not, since a crash may come in between.
    """

    state: ComparisonState
    acted: bool = False
    done: tuple[str, ...] = ()
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The comparisons of one service.

    Attributes:
        service: Whose.
        store: Where they are kept.
    """

    service: str
    store: Store

    def load(self, candidate: str, key: str) -> Kept:
        """Return what was kept of a comparison; the state before the first window when that is nothing."""
        row = self._row(candidate, key)
        if row is None or row.state is None:
            return Kept(start())
        state, kept = ComparisonState.from_json(row.state), row.families
        return Kept(state, bool(kept.get("acted")), tuple(kept.get("done", ())), kept.get("run_id"))

    def outcome(self, candidate: str, key: str) -> Outcome | None:
        """Return what a comparison says now; None when there is none."""
        row = self._row(candidate, key)
        return Outcome(row.families["decision"]) if row else None

    def keep(self, candidate: str, key: str, known: Kept) -> None:
        """Keep a comparison that has begun."""
        state = known.state
        if state.began is None or state.ended is None:
            return
        self.store.evidence.put(
            self.service,
            candidate,
            named(key),
            state.began,
            state.ended,
            detector_hash="compare",
            state=state.to_json(),
            log_evidence={name: tests.worse.log_evidence for name, tests in state.tests.items()},
            families={
                "decision": state.decision.outcome.value,
                "acted": known.acted,
                "done": list(known.done),
                "run_id": known.run_id,
            },
        )

    def _row(self, candidate: str, key: str) -> EvidenceRow | None:
        return self.store.evidence.last_before(self.service, candidate, named(key), _NEVER)


def named(key: str) -> str:
    """Return what stands in the store where windows have the hash of their configuration."""
    return f"compare-{key}"
