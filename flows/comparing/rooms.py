"""The rooms a run of `compare` goes through, opened once, and the steps it takes there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from flows.comparing.contest import Contest
from flows.comparing.pairing import Arms, by_window, rows_of
from flows.comparing.record import comparison_study
from flows.comparing.referee import Referee
from flows.evaluating.asking import register
from flows.evaluating.planning import BATCH
from flows.records.comparisons import Comparisons, Kept
from flows.running.credentials import drop
from flows.running.spending import add_spend, spend_of
from flows.running.workplace import Workplace, workplace
from tasks.domain.interaction import Interaction
from tasks.domain.judgment import Judged
from tasks.domain.report import JudgeSpend
from tasks.domain.settings.monitors import Monitors
from tasks.domain.window import Window, ceil, floor, parse_delay, windows_between
from tasks.experiments import (
    ComparisonReport,
    Row,
    call_off,
    comparison_report,
    learn,
    update,
)
from tasks.judging import usage_of
from tasks.judging.steps import judge_sample
from tasks.sources import Pulled, read
from tasks.sources.steps import pull_windows


@dataclass(frozen=True, slots=True)
class Served:
    """What both releases served in a batch of windows.

    Attributes:
        windows: The batch.
        pulled: Of each release and window a sample to judge.
        arms: Of each window and release all interactions, without texts.
    """

    windows: Sequence[Window]
    pulled: Pulled
    arms: Arms


@contextmanager
def comparing(contest: Contest) -> Iterator[Comparing]:
    """Open the rooms for one run at a time, so that no window is counted twice."""
    with workplace("compare", contest.service, "progress-compare") as place:
        if contest.judges:
            register(contest.judge, contest.rubric, place.registry)
        yield Comparing(contest, place)


class Comparing:
    """The steps of one run, in the order the flow takes them."""

    def __init__(self, contest: Contest, place: Workplace) -> None:
        self._contest = contest
        self._store = place.store
        self._studies = place.studies
        self._held = place.held
        self._steps = place.steps
        self._dropped = drop(contest.target.secrets)
        self._comparisons = Comparisons(contest.service, place.store)
        self._before = known = self._comparisons.load(contest.candidate, contest.key)
        self._state, self._acted, self._done = known.state, known.acted, known.done
        self._spend = JudgeSpend()
        self._waiting = ""

    def batches(self) -> Iterator[Sequence[Window]]:
        """Yield the windows since the last one taken in; no more once it is decided, or while the judge is awaited."""
        asked, length = self._contest, self._contest.length
        settled = floor(asked.now - parse_delay(asked.logs.settle), length)
        until = settled if asked.end is None else min(ceil(asked.end, length), floor(asked.now, length))
        until = min(until, asked.until or until)
        since = self._state.ended or asked.start or until - asked.policy.max_catch_up * length
        windows = list(windows_between(since, until, length))
        for at in range(0, len(windows), BATCH):
            if self._state.decision.final or self._waiting:
                return
            yield windows[at : at + BATCH]

    def pull(self, windows: Sequence[Window]) -> Served:
        """Read the logs: of each release and window a sample to judge, and all that needs no judge."""
        asked = self._contest
        pulled = pull_windows(asked.logs, asked.service, windows, asked.sampling, Monitors(), _unknown)
        rows = read(asked.logs, windows[0].start, windows[-1].end)
        return Served(windows, pulled, by_window(rows, asked.service, {asked.control, asked.candidate}, asked.length))

    def judge(self, served: Served) -> Mapping[str, Judged]:
        """Have the samples of both releases judged; what was paid before comes from the ledger."""
        asked = self._contest
        samples = [one for window in served.windows for _, sample in self._samples(served, window) for one in sample]
        if not samples:
            return {}
        judged = judge_sample(
            samples,
            asked.judge,
            asked.rubric,
            self._store.ledger,
            asked.api_key,
            {},
            self._store.ledger.spent_usd(datetime.now(UTC).date()),  # money is spent today, also in a replay
            on_progress=partial(self._steps, "judged"),
        )
        self._spend = add_spend(self._spend, spend_of(usage_of(list(judged.values()), asked.judge)))
        return judged

    def _samples(self, served: Served, window: Window) -> list[tuple[str, Sequence[Interaction]]]:
        """Return each release's sample to judge; none where only one served: there is nothing to pair it with."""
        asked = self._contest
        if not asked.judges or (asked.began is not None and window.start < asked.began):
            return []
        intakes = {one.release: one for one in served.pulled.intakes if one.window == window}
        if not intakes.keys() >= {asked.control, asked.candidate}:
            return []
        return [(release, intakes[release].sample) for release in (asked.control, asked.candidate)]

    def update(self, served: Served, judged: Mapping[str, Judged]) -> None:
        """Take the windows in, in the order of time, and keep the state."""
        self._held.check()
        asked = self._contest
        tells = any(one.measured.errors is not None for one in served.pulled.intakes)
        for window in served.windows:
            if self._state.decision.final:
                break
            scores: dict[str, Judged] = {}
            covered = True
            for _, sample in self._samples(served, window):
                scored = [judged[one.interaction_id] for one in sample if judged[one.interaction_id].judgment.scored]
                covered &= len(scored) >= asked.judge.coverage_floor * len(sample)
                scores |= {one.interaction.interaction_id: one for one in scored}
            if not covered and window.end > asked.now - parse_delay(asked.policy.freshness):
                self._waiting = f"the judge left {window.start:%Y-%m-%d %H:%M}Z undecided; it is tried again"
                break
            # Past hope, a window with too few scores counts for the other metrics only: what is missing is not random.
            control, candidate = (
                self._rows(served.arms, window, release, scores if covered else {}, tells_errors=tells)
                for release in (asked.control, asked.candidate)
            )
            if (candidate or self._state.began is not None) and window.start >= (asked.began or window.start):
                self._state = update(self._state, asked.experiment, window, control, candidate)
            else:
                # The test begins with the candidate's first window; until then the control shows what is usual.
                self._state = learn(self._state, asked.experiment, control)
        self._keep()

    def _rows(
        self, arms: Arms, window: Window, release: str, scores: Mapping[str, Judged], *, tells_errors: bool
    ) -> list[Row]:
        served = arms.get(window, {}).get(release, [])
        return rows_of(served, scores, self._contest.experiment, {}, tells_errors=tells_errors)

    def _keep(self, run_id: str | None = None) -> None:
        known = Kept(self._state, self._acted, self._done, run_id)
        self._comparisons.keep(self._contest.candidate, self._contest.key, known)

    def act(self) -> list[str]:
        """Promote or stop what was decided in this run, as far as the policy allows, and tell people."""
        self._held.check()
        test = self._contest.test
        if test is not None and test.ended is not None and not self._waiting:
            self._state = call_off(self._state, f"ended before it was decided, by {test.ending}", test.ended)
        if not self._state.decision.final:
            return self._dropped
        # Recorded first, so that whoever is told has where to look.
        referee = Referee(self._contest, self._store, self.record([]).mlflow_run_id)
        if self._acted:
            return [*self._dropped, *referee.take_up()]
        done, self._acted = referee.act(self._state.decision)
        self._done = tuple(done)
        self._keep()
        return [*self._dropped, *done]

    @property
    def news(self) -> bool:
        """Whether this run brought anything that was not recorded before."""
        known = self._before
        return known.run_id is None or self._state is not known.state or self._done != known.done

    def record(self, actions: list[str]) -> ComparisonReport:
        """Record the comparison in MLflow where there is news, and return what it has come to."""
        asked = self._contest
        note = asked.test.note if asked.test else ""
        report = comparison_report(asked.service, asked.control, asked.candidate, self._state, asked.experiment, note)
        report = report.model_copy(
            update={
                "actions": actions,
                "judge": self._spend,
                "new_windows": self._state.windows - self._before.state.windows,
                "waiting": self._waiting,
            }
        )
        if self._state.ended is None:
            return report
        run_id = self._before.run_id
        if self.news or run_id is None:
            run_id = self._studies.record_study(comparison_study(report, self._state, asked, self._done))
            self._keep(run_id)
        return report.model_copy(update={"mlflow_run_id": run_id})

    def link(self, run_id: str) -> str | None:
        """Return the address of a run's page in MLflow, where MLflow is a server."""
        return self._studies.link(self._contest.service, run_id)


def _unknown(_: datetime, __: str | None) -> None:
    """A row that names no release belongs to neither: who was live does not tell, since both are."""
