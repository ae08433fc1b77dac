"""Past logs replayed through `evaluate`, release by release as they went live; nothing is switched."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from flows.evaluating.asking import bring, own_text
from flows.evaluating.assignment import Assignment
from flows.evaluating.planning import BATCH
from flows.evaluating.reporting import add_intake
from flows.evaluation import evaluate
from flows.records.kinds import ActionKind
from flows.records.moves import moves_of
from flows.running import clock
from flows.running.artifacts import slug
from flows.running.aside import aside
from flows.running.spending import add_spend
from flows.switching.switchboard import switchboard
from tasks.domain.backtest import ExpectedSpend
from tasks.domain.errors import SettingsError
from tasks.domain.places import HOME
from tasks.domain.release import Configuration
from tasks.domain.report import EvaluationReport, Intake, JudgeSpend, WindowReport
from tasks.domain.settings.policy import Target
from tasks.domain.window import Window, aware_utc, ceil, floor, parse_delay, windows_between
from tasks.judging import expected, require_key
from tasks.sources import WindowIntake, pull
from tasks.sources.survey import survey
from tasks.store import Action, ActionState, Store
from tasks.store.address import locate

UNNAMED = "unnamed"
"""What logs without releases are said to have been answered by."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which one release served.

    Attributes:
        release: What was live.
        start: From here.
        end: Up to here.
    """

    release: str
    start: datetime
    end: datetime


class Replay:
    """A replay of one service in a place of its own.

    Args:
        assignment: What `evaluate` is asked to do; its policy may say anything, nothing is switched.
        start: From here; None: `days` before the end.
        end: Up to here; None: the last row. A window that is not over and settled is left out.
        days: How far back, where no start is given.
        place: Folder of its records; None: one of the service's own, below `.plumbline/`.
    """

    def __init__(
        self,
        assignment: Assignment,
        start: datetime | None,
        end: datetime | None,
        days: float,
        place: str | None,
    ) -> None:
        self.assignment = assignment
        self.place = _apart(Path(place or f"{HOME}/backtest/{slug(assignment.service)}").resolve())
        # MLflow keeps a database open as long as its process lives: each replay has a new one.
        self.records = self.place / f"mlflow-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        self._rubric_text = own_text(assignment.rubric)
        self.survey = survey(assignment.logs)
        self.start, self.end = self._period(start, end, days)
        self.stretches = self._stretches()
        self.reports: list[tuple[Stretch, EvaluationReport]] = []

    def _period(self, start: datetime | None, end: datetime | None, days: float) -> tuple[datetime, datetime]:
        service, length = self.assignment.service, self.assignment.length
        if not any(name in {None, service} for name, _ in self.survey.services()):
            known = ", ".join(repr(name) for name, _ in self.survey.services()[:5]) or "none"
            raise SettingsError(f"no row of logs.path is of service {service!r}; the services there are: {known}")
        first, last = self.survey.span(service)
        settled = floor(clock.now() - parse_delay(self.assignment.logs.settle), length)
        until = min(ceil(aware_utc(end, "end") if end else last, length), settled)
        since = floor(aware_utc(start, "start") if start else max(first, until - timedelta(days=days)), length)
        if since >= until:
            raise SettingsError(f"start {since.isoformat()} is not before end {until.isoformat()}; swap or widen them")
        return since, until

    def _stretches(self) -> list[Stretch]:
        service, length = self.assignment.service, self.assignment.length
        served = self.survey.served(service, self.start, self.end)
        if not served:
            served = self._remembered() or [(self.start, UNNAMED)]
        starts = [max(self.start, floor(at, length)) for at, _ in served]
        starts[0] = self.start
        ends = [*starts[1:], self.end]
        whole = zip(served, starts, ends, strict=True)
        return [Stretch(release, since, until) for (_, release), since, until in whole if since < until]

    def _remembered(self) -> list[tuple[datetime, str]]:
        """Return what was live by production's record, for rows that name no release; it is only read."""
        with Store.open() as store:
            moves = moves_of(store, self.assignment.service)
        before = [(self.start, release) for at, release in moves if at <= self.start][-1:]
        return before + [(at, release) for at, release in moves if self.start < at < self.end]

    def expected(self, budget_usd: float) -> ExpectedSpend:
        """Return what judging will take, before the first call; the heuristic costs nothing.

        Raises:
            SettingsError: when it is expected to cost more than the budget.
            JudgeError: when the key is missing.
        """
        asked = self.assignment
        if asked.judge.provider == "heuristic":
            return ExpectedSpend(cost_usd=0.0, words="no cost: the judge is a heuristic, no LLM")
        require_key(asked.judge, asked.api_key)
        with aside(self.place, self.records), Store.open() as store:
            found = expected(
                (one for batch in self._batches() for intake in self._pull(batch) for one in intake.sample),
                asked.judge, rubric=asked.rubric, ledger=store.ledger,
                prices=asked.monitors.cost.prices, at=datetime.now(UTC),
            )  # fmt: skip
        if (found.cost_usd or 0) > budget_usd:
            raise SettingsError(
                f"judging is expected to take {found.words}, more than budget_usd {budget_usd:g}; raise it, take fewer "
                "days or a smaller sampling.per_window, or use judge.provider 'heuristic'"
            )
        return ExpectedSpend(calls=found.requests, cost_usd=found.cost_usd, words=found.words)

    def play(self) -> None:
        """Evaluate stretch by stretch: each release goes live when it did, and is asked about at its end."""
        for earlier in self.place.glob("mlflow-*"):
            if earlier != self.records:
                shutil.rmtree(earlier, ignore_errors=True)
        with aside(self.place, self.records):
            with Store.open() as store:
                store.start_over()
            bring(self.assignment.rubric, self._rubric_text)
            for stretch in self.stretches:
                with clock.at(stretch.start):
                    self._go_live(stretch.release)
                with clock.at(stretch.end + parse_delay(self.assignment.logs.settle)):
                    self.reports.append((stretch, self._evaluate(stretch)))

    def windows(self) -> list[WindowReport]:
        """Return every window, in time order."""
        found = [window for _, report in self.reports for window in report.windows]
        return sorted(found, key=lambda one: (one.start, one.release))

    def spend(self) -> JudgeSpend:
        """Return what judging cost."""
        total = JudgeSpend()
        for _, report in self.reports:
            total = add_spend(total, report.judge)
        return total

    def intake(self) -> Intake:
        """Return what was read."""
        total = Intake()
        for _, report in self.reports:
            total = add_intake(total, report.intake)
        return total

    def _evaluate(self, stretch: Stretch) -> EvaluationReport:
        asked = self.assignment
        report = evaluate(
            service=asked.service,
            logs=asked.logs,
            judge=asked.judge.model_copy(update={"rubric": asked.rubric.name}),
            sampling=asked.sampling,
            monitors=asked.monitors,
            baseline=asked.baseline,
            policy=asked.policy.model_copy(update={"mode": "dry_run"}),
            window=asked.window,
            start=stretch.start,
            end=stretch.end,
        )
        return cast("EvaluationReport", report)

    def _go_live(self, release: str) -> None:
        """Register a release in the replay's own registry and point `live` at it, as `release` would have."""
        with switchboard(self.assignment.service, Target()) as board:
            before = board.registry.live(self.assignment.service)
            configuration = Configuration(model=UNNAMED, parameters={"release": release})
            to = board.registry.register(self.assignment.service, release, configuration, clock.now())
            action = Action(
                id=f"replay-{release}-{clock.now().isoformat()}",
                service=self.assignment.service,
                kind=ActionKind.RELEASE,
                reason=f"{release} serves, by the logs",
                by="replay",
                state=ActionState.STARTED,
                from_release=before.name if before else None,
                to_release=to.name,
                created_at=clock.now(),
            )
            board.begin(action)
            board.perform(action, to, before)

    def _batches(self) -> Iterator[Sequence[Window]]:
        windows = tuple(windows_between(self.start, self.end, self.assignment.length))
        yield from (windows[at : at + BATCH] for at in range(0, len(windows), BATCH))

    def _pull(self, windows: Sequence[Window]) -> Sequence[WindowIntake]:
        asked = self.assignment
        pulled = pull(
            asked.logs, asked.service, windows,
            sampling=asked.sampling, release_at=self._live_at, prices=asked.monitors.cost.prices,
        )  # fmt: skip
        return pulled.intakes

    def _live_at(self, moment: datetime, _: str | None = None) -> str | None:
        return next((one.release for one in reversed(self.stretches) if one.start <= moment), None)


def _apart(place: Path) -> Path:
    """Return the folder of a replay, which starts its store over: never the one that is in use.

    Raises:
        SettingsError: when it is.
    """
    store = locate(None)
    if store.get_backend_name() == "sqlite" and Path(str(store.database)).resolve() == place / "store.db":
        raise SettingsError(
            f"place {str(place)!r} is where the store in use lies, and a replay would empty it; name another folder, "
            "or leave place out"
        )
    return place
