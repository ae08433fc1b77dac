"""A decision to roll back as the store keeps it: what `evaluate` found, and what a rollback is held to later."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.records.comparisons import Comparisons
from flows.records.kinds import ActionKind
from flows.records.mandate import Mandate
from tasks.domain.errors import TrackingError
from tasks.domain.evaluation import Evaluation
from tasks.domain.verdict import Verdict
from tasks.domain.window import parse_delay
from tasks.experiments import Outcome
from tasks.routing import Failing
from tasks.store import Action, Store
from tasks.tracking import Tracker


def decision_id(service: str, release: str, window_start: datetime, config_hash: str) -> str:
    """Return the id of the decision about a window: the same window always has the same."""
    named = f"{service}\n{release}\n{window_start.isoformat()}\n{config_hash}"
    return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:20]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a rollback follows.

    Attributes:
        id: Of the decision.
        release: What failed.
        window_start: Start of the newest failing window.
        window_end: Its end.
        config_hash: The configuration it was evaluated under.
        reason: What failed it, in words.
        absolute_only: Whether only an absolute objective was breached.
        own_baseline: Whether the release is its own baseline.
        feature: What fell; None for an absolute breach, as the following two.
        baseline: Its mean in the baseline.
        level: Its mean since the change.
        mlflow_run_id: The window's run.
        mandate: What may be done about it.
        control: What an A/B test compared the release with, where the decision is one's; there it goes back to.
    """

    id: str
    service: str
    release: str
    window_start: datetime
    window_end: datetime
    config_hash: str
    reason: str
    absolute_only: bool
    own_baseline: bool
    feature: str | None
    baseline: float | None
    level: float | None
    mlflow_run_id: str | None
    mandate: Mandate
    control: str | None = None

    @classmethod
    def of(cls, evaluation: Evaluation, run_id: str | None, mandate: Mandate) -> Decision | None:
        """Return the decision a failed window asks for; None when it did not fail."""
        failure = evaluation.failure
        if evaluation.verdict is not Verdict.FAIL or failure is None or evaluation.decision_id is None:
            return None
        return cls(
            id=evaluation.decision_id,
            service=evaluation.service,
            release=evaluation.release,
            window_start=evaluation.window.start,
            window_end=evaluation.window.end,
            config_hash=evaluation.config_hash,
            reason=f"{', '.join(failure.monitors)}: {failure.reason}",
            absolute_only=failure.absolute_only,
            own_baseline=evaluation.own_baseline,
            feature=failure.feature,
            baseline=failure.baseline,
            level=failure.level,
            mlflow_run_id=run_id,
            mandate=mandate,
        )

    def detail(self) -> dict[str, Any]:
        """Return it as the store keeps it."""
        return {
            "window_start": self.window_start.isoformat(),
            "window_end": self.window_end.isoformat(),
            "config_hash": self.config_hash,
            "absolute_only": self.absolute_only,
            "own_baseline": self.own_baseline,
            "feature": self.feature,
            "baseline": self.baseline,
            "level": self.level,
            "mlflow_run_id": self.mlflow_run_id,
            "control": self.control,
            **self.mandate.detail(),
        }

    @classmethod
    def from_detail(cls, id: str, service: str, release: str, reason: str, detail: Mapping[str, Any]) -> Decision:  # noqa: A002 (the word)
        """Return what `detail` kept."""
        return cls(
            id=id,
            service=service,
            release=release,
            reason=reason,
            window_start=datetime.fromisoformat(detail["window_start"]),
            window_end=datetime.fromisoformat(detail["window_end"]),
            mandate=Mandate.of(detail),
            control=detail.get("control"),
            **{
                name: detail[name]
                for name in (
                    "config_hash", "absolute_only", "own_baseline", "feature", "baseline", "level", "mlflow_run_id",
                )
            },
        )  # fmt: skip

    @property
    def link(self) -> str | None:
        """The address of the failing window in MLflow; None where MLflow is no server, or does not answer."""
        if self.mlflow_run_id is None:
            return None
        with suppress(TrackingError):  # a rollback does not wait for a link to it
            return Tracker.connect().link(self.service, self.mlflow_run_id)
        return None

    @classmethod
    def kept(cls, action: Action | None, service: str) -> Decision | None:
        """Return the decision an action follows; None when it follows none, or another service's."""
        if action is None or (action.kind, action.service) != (ActionKind.ROLLBACK, service):
            return None
        if "window_end" not in action.detail:  # a person asked, and no window
            return None
        return cls.from_detail(action.id, service, action.from_release or "", action.reason, action.detail)

    def failing(self, store: Store) -> Failing:
        """Return it as the conditions ask, with what the store says of its window now."""
        policy = self.mandate.policy
        return Failing(
            release=self.release,
            window_end=self.window_end,
            stands=self._stands(store),
            absolute_only=self.absolute_only,
            own_baseline=self.own_baseline,
            mode=policy.mode,
            freshness=parse_delay(policy.freshness),
            cooldown=parse_delay(policy.cooldown),
            max_per_day=policy.max_rollbacks_per_day,
        )

    def _stands(self, store: Store) -> bool:
        if self.control is not None:
            return Comparisons(self.service, store).outcome(self.release, self.config_hash) is Outcome.STOP
        row = store.windows.get(self.service, self.release, self.window_start, self.window_end, self.config_hash)
        return row is not None and row.verdict == Verdict.FAIL and row.decision_id == self.id


def link_of(action: Action) -> str | None:
    """Return the address of the window an action follows; None where it follows none, or MLflow is no server."""
    decision = Decision.kept(action, action.service)
    return decision.link if decision else None
