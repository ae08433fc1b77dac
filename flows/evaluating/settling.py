"""The second half of an evaluation: each window is summarized, decided, recorded and closed, in time order."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from flows.evaluating.anchoring import Anchoring
from flows.evaluating.assignment import Assignment
from flows.evaluating.deciding import ReleaseOnTrial
from flows.evaluating.evidence_bundle import NAME, bundle
from flows.evaluating.recall import Recall
from flows.evaluating.reporting import window_report
from flows.records.decision import decision_id
from flows.running.clock import now
from tasks.domain.evaluation import Evaluation
from tasks.domain.judgment import JUDGE_IS_DOWN, Cause, Judged
from tasks.domain.summary import WindowSummary
from tasks.domain.verdict import Verdict
from tasks.domain.window import Window, parse_delay
from tasks.judging import scores_of, usage_of
from tasks.sources import WindowIntake
from tasks.store import Store
from tasks.tracking import Tracker, assess

_WORTH_ANOTHER_TRY = frozenset({*JUDGE_IS_DOWN, Cause.RATE_LIMITED, Cause.BUDGET})

_TROUBLE = frozenset({Verdict.WARN, Verdict.FAIL})


@dataclass(frozen=True, slots=True)
class Settled:
    """A window that was decided and recorded."""

    evaluation: Evaluation
    mlflow_run_id: str
    state: str


class Settling:
    """Settles windows of one service, one after the other.

    Args:
        assignment: What the run was asked to do.
        store: Where it is remembered.
        tracker: Where it is recorded for people.
        flow_run_id: Whose run it is.
        flow_run_url: Where that can be looked at.
        anchoring: Whether the judge itself moved.
    """

    def __init__(
        self,
        assignment: Assignment,
        store: Store,
        tracker: Tracker,
        flow_run_id: str | None,
        flow_run_url: str | None,
        anchoring: Anchoring,
    ) -> None:
        self._anchoring = anchoring
        self._assignment = assignment
        self._store = store
        self._tracker = tracker
        self._flow_run_id = flow_run_id
        self._flow_run_url = flow_run_url
        self._recall = Recall(store, assignment.rules, assignment.asked, assignment.baseline)
        self._trials: dict[str, ReleaseOnTrial] = {}
        self._begun_before: dict[str, set[datetime]] = {}

    def settle(
        self,
        intakes: Sequence[WindowIntake],
        judged: Mapping[tuple[str, datetime], Sequence[Judged]],
        on_progress: Callable[[int, int], None],
    ) -> list[Settled]:
        """Settle windows in time order.

        Args:
            intakes: What was pulled, one a release and window.
            judged: The judged sample by (release, window start).
            on_progress: Told (done, all) after each window.
        """
        summaries = [
            self._summarize(intake, judged.get((intake.release, intake.window.start), ())) for intake in intakes
        ]
        for summary in summaries:
            self._store.releases.seen(summary.service, summary.release, summary.window_start, summary.window_end)
            self._store.summaries.put(summary, self._assignment.asked)
        for summary in summaries:
            self._begin(summary)
        newest = {summary.release: summary.window_start for summary in summaries}
        settled = []
        for intake, summary in zip(intakes, summaries, strict=True):
            sample = tuple(judged.get((intake.release, intake.window.start), ()))
            settled.append(self._settle(summary, sample, last=newest[summary.release] == summary.window_start))
            on_progress(len(settled), len(intakes))
        return settled

    def _begin(self, summary: WindowSummary) -> None:
        """Say that the window is at work before any of its batch is decided, so that a crash forgets none."""
        key = self._key(summary)
        before = self._store.windows.get(*key)
        if before is not None and before.state == "done" and self._assignment.redo:
            self._store.windows.supersede(*key)
            if before.mlflow_run_id:
                self._tracker.supersede(before.mlflow_run_id)
        elif before is not None:
            self._begun_before.setdefault(summary.release, set()).add(summary.window_start)
        self._store.windows.begin(*key)

    def _key(self, summary: WindowSummary) -> tuple[str, str, datetime, datetime, str]:
        config_hash = self._assignment.config_hash
        return summary.service, summary.release, summary.window_start, summary.window_end, config_hash

    def _summarize(self, intake: WindowIntake, judged: Sequence[Judged]) -> WindowSummary:
        summary = msgspec.structs.replace(
            intake.measured,
            service=self._assignment.service,
            judged=scores_of(judged),
            judge=usage_of(judged, self._assignment.judge),
        )
        return self._anchoring.marked(summary)

    def _settle(self, summary: WindowSummary, judged: tuple[Judged, ...], *, last: bool) -> Settled:
        key = self._key(summary)
        before = self._store.windows.get(*key)
        on_trial = self._trial_of(summary)
        # Anchors judged again for an earlier window of this batch speak of this one too.
        summary = self._anchoring.marked(summary)
        around, confirm = self._recall.surroundings(summary, on_trial), self._anchoring.confirm
        evaluation = on_trial.take(summary, around, judged=judged, confirm=confirm)
        summary = evaluation.summary
        self._note_judge(evaluation)
        evaluation = replace(
            evaluation,
            rubric=f"{self._assignment.rubric.name}:{self._assignment.rubric.version}",
            flow_run_id=self._flow_run_id,
            flow_run_url=self._flow_run_url,
            evaluated_at=now(),
            settings=self._assignment.described,
        )
        if evaluation.verdict is Verdict.FAIL:
            named = decision_id(summary.service, summary.release, summary.window_start, self._assignment.config_hash)
            evaluation = replace(evaluation, decision_id=named)
        self._recall.remember(on_trial, evaluation, whole=last)
        run_id = self._tracker.record(
            evaluation, resume=summary.window_start in self._begun_before.get(summary.release, ())
        )
        self._supersede(key, run_id)
        self._write_back(judged, evaluation)
        if _is_looked_at(evaluation, last=last):
            self._tracker.show_worst(run_id, evaluation)
        if last and evaluation.failure and not evaluation.failure.absolute_only and not evaluation.own_baseline:
            self._tracker.attach(run_id, NAME, self._bundle(on_trial, evaluation))
        state = "open" if self._is_open(summary, before.opened_at if before else None) else "done"
        self._store.windows.finish(
            *key,
            verdict=evaluation.verdict.value,
            mlflow_run_id=run_id,
            state=state,
            healthy=evaluation.healthy,
            rows=summary.rows,
            scored=summary.scored,
            report=window_report(evaluation, run_id, state).model_dump_json(),
            evaluated_at=evaluation.evaluated_at,
            decision_id=evaluation.decision_id,
        )
        return Settled(evaluation, run_id, state)

    def _supersede(self, key: tuple[str, str, datetime, datetime, str], run_id: str) -> None:
        """Take the window's runs of other settings out of the views: each hour stands there once."""
        for row in self._store.windows.elsewhere(*key):
            if row.mlflow_run_id:
                self._tracker.supersede(row.mlflow_run_id, run_id)

    def _bundle(self, on_trial: ReleaseOnTrial, evaluation: Evaluation) -> bytes:
        rubric = self._assignment.rubric
        on_record = {
            "settings": self._assignment.described,
            "rubric": {"name": rubric.name, "version": rubric.version, "text": rubric.text},
        }
        summaries = self._recall.all_until(evaluation.window)
        return bundle(on_trial, evaluation, summaries, on_record, secrets.token_bytes(32))

    def _note_judge(self, evaluation: Evaluation) -> None:
        """Keep what the anchors showed, and texts to judge again; forget the scores of a judge that had moved."""
        summary = evaluation.summary
        if summary.judge.shift is not None:
            self._store.summaries.put(summary, self._assignment.asked)
        if summary.judge.moved:
            self._store.ledger.forget([one.judgment.key for one in evaluation.judged if not one.from_ledger])
        elif evaluation.healthy:
            self._anchoring.offer(summary, evaluation.judged)

    def _write_back(self, judged: tuple[Judged, ...], evaluation: Evaluation) -> None:
        logs = self._assignment.logs
        if logs.kind == "mlflow_traces" and logs.assessments and judged:
            judge = evaluation.summary.judge.model or evaluation.summary.judge.provider
            assess(self._tracker.uri, judged, logs.assessments, judge)

    def _trial_of(self, summary: WindowSummary) -> ReleaseOnTrial:
        window = Window(summary.window_start, summary.window_end)
        known = self._trials.get(summary.release)
        in_order = (
            known is not None
            and (not known.timeline or known.timeline[-1].window.end <= window.start)
            and known.since == self._recall.serves_since(summary.release, window)
        )
        if known is None or not in_order:
            known = self._recall.trial_of(summary.release, window)
        self._trials[summary.release] = self._recall.completed(known, window)
        return self._trials[summary.release]

    def _is_open(self, summary: WindowSummary, opened: datetime | None) -> bool:
        """Whether the judge left the window undecided and another try may help."""
        if summary.coverage >= self._assignment.judge.coverage_floor or not summary.sampled:
            return False
        hopeful = any(Cause(cause) in _WORTH_ANOTHER_TRY for cause in summary.judge.causes)
        since = opened or self._assignment.now
        return hopeful and self._assignment.now - since <= parse_delay(self._assignment.policy.freshness)


def _is_looked_at(evaluation: Evaluation, *, last: bool) -> bool:
    """Whether people will ask for this window's worst interactions: where trouble begins, and where it is now."""
    begins = len(evaluation.timeline) < 2 or evaluation.timeline[-2].verdict not in _TROUBLE
    return evaluation.verdict in _TROUBLE and (begins or last)
