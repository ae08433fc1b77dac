"""The rooms a run of `evaluate` goes through, opened once, and the steps it takes there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from prefect.runtime import flow_run

from flows.evaluating.acting import Acting
from flows.evaluating.anchoring import Anchoring
from flows.evaluating.answering import Answering
from flows.evaluating.asking import register
from flows.evaluating.assignment import Assignment
from flows.evaluating.nothing import nothing_found
from flows.evaluating.pausing import Pausing
from flows.evaluating.planning import Plan, plan
from flows.evaluating.reporting import add_intake, evaluation_report
from flows.evaluating.settling import Settled, Settling
from flows.people.showing import flow_run_url, show
from flows.running.clock import now
from flows.running.spending import add_spend, spend_of
from flows.running.workplace import Workplace, workplace
from tasks.domain.judgment import Judged
from tasks.domain.report import EvaluationReport, Intake, JudgeSpend, WindowReport
from tasks.domain.window import Window, parse_delay
from tasks.judging import require_key, usage_of
from tasks.judging.steps import judge_sample
from tasks.sources import Pulled, WindowIntake
from tasks.sources.steps import pull_windows
from tasks.store import WindowRow

_PATIENCE = timedelta(hours=6)
"""A scheduled run that comes later than this after the last window says so."""

Sample = dict[tuple[str, datetime], list[Judged]]


@contextmanager
def opened(assignment: Assignment) -> Iterator[Rooms]:
    """Open the rooms for one run at a time, so that no window is evaluated twice."""
    require_key(assignment.judge, assignment.api_key)
    with workplace("evaluate", assignment.service, "progress") as place:
        register(assignment.judge, assignment.rubric, place.registry)
        yield Rooms(assignment, place)


class Rooms:
    """The steps of one run, in the order the flow takes them."""

    def __init__(self, assignment: Assignment, place: Workplace) -> None:
        store, tracker = place.store, place.studies
        self._steps = place.steps
        self._held = place.held
        self.assignment = assignment
        self.store = store
        self.tracker = tracker
        self._pausing = Pausing(assignment, store, now)
        self._anchoring = Anchoring(assignment, store, now)
        self._settling = Settling(assignment, store, tracker, flow_run.id, flow_run_url(), self._anchoring)
        self._registry = place.registry
        self._acting = Acting(assignment, store, place.registry)
        self._settled: list[Settled] = []
        self._intake = Intake()
        self._others: Counter[str] = Counter()
        self._spend = JudgeSpend()

    def plan(self, start: datetime | None, end: datetime | None) -> Plan:
        """Find the windows to look at."""
        assignment = self.assignment
        since = assignment.now - parse_delay(assignment.policy.freshness)
        open_windows = self.store.windows.open_since(assignment.service, assignment.config_hash, since)
        last = self.store.windows.last_end(assignment.service)
        patience = max(_PATIENCE, 3 * assignment.length) + parse_delay(assignment.logs.settle)
        if start is None and last is not None and assignment.now - last > patience:
            self._acting.stale(last)
        return plan(
            assignment.logs,
            assignment.policy,
            assignment.length,
            start=start,
            end=end,
            last_evaluated=last,
            oldest_open=min((row.window_start for row in open_windows), default=None),
            now=assignment.now,
        )

    def pull(self, windows: Sequence[Window]) -> Pulled:
        """Read the logs once for these windows; what was evaluated before is only counted, for late rows."""
        assignment = self.assignment
        answering = Answering.remembered(assignment.service, self.store, self._registry)
        pulled = pull_windows(
            assignment.logs, assignment.service, windows, assignment.sampling, assignment.monitors, answering.at
        )
        late = 0
        done = self._done(windows)
        for (release, window), rows in pulled.counts.items():
            row = done.get((release, window.start))
            late += max(0, rows - row.rows) if row else 0
        pulled.intake.late = late
        self._intake = add_intake(self._intake, pulled.intake)
        self._others += Counter(pulled.others)
        self.store.quarantine.add_many(self.assignment.service, pulled.quarantined_rows)
        return pulled

    def pending(self, pulled: Pulled) -> list[WindowIntake]:
        """Return what is still to be evaluated of what was pulled."""
        done = self._done([intake.window for intake in pulled.intakes])
        return [
            intake
            for intake in pulled.intakes
            if self.assignment.redo or (intake.release, intake.window.start) not in done
        ]

    def judge(self, pulled: Pulled) -> Sample:
        """Have the sample of the pending windows judged; what was paid before comes from the ledger."""
        pending = self.pending(pulled)
        assignment = self.assignment
        judged = judge_sample(
            [interaction for intake in pending for interaction in intake.sample],
            assignment.judge,
            assignment.rubric,
            self.store.ledger,
            assignment.api_key,
            assignment.monitors.cost.prices,
            self.store.ledger.spent_usd(datetime.now(UTC).date()),  # money is spent today, also in a replay
            self._pausing.paused,
            self.store.judge_batches,
            partial(self._steps, "judged"),
        )
        sample: Sample = {}
        for intake in pending:
            sample[intake.release, intake.window.start] = [judged[one.interaction_id] for one in intake.sample]
        self._pausing.note(judged.values())
        by_release: dict[str, list[Judged]] = {}
        for (release, _), many in sample.items():
            by_release.setdefault(release, []).extend(many)
        if pending:
            self._anchoring.begin(by_release, max(intake.window.start for intake in pending))
        usage = usage_of([one for many in sample.values() for one in many], self.assignment.judge)
        self._spend = add_spend(self._spend, spend_of(usage))
        return sample

    def settle(self, pulled: Pulled, judged: Sample) -> None:
        """Decide and record the pending windows in time order."""
        self._held.check()
        self._settled += self._settling.settle(self.pending(pulled), judged, partial(self._steps, "decided"))
        self._spend = add_spend(self._spend, self._anchoring.spend())

    def act(self) -> list[str]:
        """Ask for a rollback where a release failed, and see whether an earlier one helped."""
        self._held.check()
        return self._acting.act(self._settled, self.link)

    def link(self, run_id: str) -> str | None:
        """Return the address of a run's page in MLflow, where MLflow is a server."""
        return self.tracker.link(self.assignment.service, run_id)

    def report(self, planned: Plan, actions: list[str]) -> EvaluationReport:
        """Return every window of the period, also those evaluated earlier."""
        windows: list[WindowReport] = []
        if planned.windows:
            rows = self.store.windows.between(
                self.assignment.service, self.assignment.config_hash, planned.start, planned.end
            )
            windows = [WindowReport.model_validate_json(row.report) for row in rows if row.report]
        service, live = self.assignment.service, self._registry.live(self.assignment.service)
        nothing = (
            "" if windows else nothing_found(service, planned, self._intake, self._others, self.assignment.logs, now())
        )
        report = evaluation_report(
            service,
            windows,
            self._intake,
            self._spend,
            actions,
            nothing=nothing,
            live=live.name if live else None,
            acts=self.store.actions.of(service),
        )
        report.reasons += self._under_other_settings()
        return report

    def show(self) -> None:
        """Bring MLflow's front pages up to date: the fleet, the service's description, its releases' pages."""
        changed = {one.evaluation.release for one in self._settled}
        show(self.assignment.service, self.store, self._registry, changed)

    def _under_other_settings(self) -> list[str]:
        """Say which recent windows stand as settings found them that have changed since."""
        asked = self.assignment
        since = asked.now - asked.policy.max_catch_up * asked.length
        rows = self.store.windows.decided_otherwise(asked.service, asked.config_hash, since, asked.now)
        rows = [row for row in rows if row.window_end - row.window_start == asked.length]
        if not rows:
            return []
        number = f"{len(rows)} windows were" if len(rows) > 1 else "1 window was"
        start = f"start={rows[0].window_start:%Y-%m-%dT%H:%MZ}"
        return [f"{number} decided before, under other settings; {start} decides anew what they are by these"]

    def _done(self, windows: Sequence[Window]) -> dict[tuple[str, datetime], WindowRow]:
        if not windows:
            return {}
        rows = self.store.windows.between(
            self.assignment.service,
            self.assignment.config_hash,
            min(window.start for window in windows),
            max(window.end for window in windows),
        )
        return {(row.release, row.window_start): row for row in rows if row.state == "done"}
