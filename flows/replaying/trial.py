"""One trial of somebody's logs: the mapping, the service, the judge, the replay, and what is handed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from flows.backtesting import backtest
from flows.evaluating.assignment import assign
from flows.replaying import guessed
from flows.replaying.again import again
from flows.replaying.alone import trial_home
from flows.replaying.hindsight import why_undecided
from flows.replaying.hiring import hire, knock
from flows.replaying.offering import Remarks, deployment, differing, prefect_file
from flows.replaying.pages import write_pages
from flows.replaying.replay import Replay
from flows.running.artifacts import slug
from tasks.domain.backtest import BacktestReport
from tasks.domain.errors import SettingsError
from tasks.domain.settings.judging import Judge, Sampling
from tasks.domain.settings.monitors import LatencyMonitor, Monitors, QualityMonitor
from tasks.domain.settings.policy import Alerts, Baseline, Policy, Target
from tasks.domain.verdict import Verdict
from tasks.domain.window import floor, parse_length, span
from tasks.sources.guessing import guess
from tasks.sources.survey import Survey, survey

_DAYS = 28
_WINDOWS = 110
"""Windows that are replayed and recorded in about a minute; longer ones are taken where there would be more."""

_LENGTHS = ("1h", "3h", "6h", "12h", "1d")
_SLACK = 1.25
"""How much slower than now it may get before the objective is breached."""

USUAL_BUDGET_USD = 2.0
"""What judging may cost where nobody says."""

_NO_SCALE = 0.05
"""Objective of a judge that has no absolute scale: as good as none."""


class Trial:
    """A trial.

    Args:
        logs: File, folder or glob.
        told: What a person knows of the columns.
        zone: What a person knows of times without a zone.
    """

    def __init__(self, logs: str, told: Mapping[str, str], zone: str | None) -> None:
        self.guess = guess(logs, told, zone)
        self.notes = list(self.guess.notes)
        self._told, self._zone = dict(told), zone
        self.service = ""
        self.plan = ""
        self._asked: dict[str, str] = {}
        self._judge = Judge(provider="heuristic")
        self._instead_of: Judge | None = None
        self._needs_usd = 0.0
        self._sampling = Sampling()
        self._monitors = Monitors()
        self._window = "1h"
        self._nameless = False
        self._period: tuple[datetime, datetime] | None = None
        self._report: BacktestReport | None = None

    def choose(self, service: str | None) -> None:
        """Choose the service and the period: the one asked for, else the largest; the last weeks.

        Raises:
            SettingsError: when the logs have no such service, or one that cannot stand in prefect.yaml.
        """
        found = survey(self.guess.source)
        self._choose_service(found, service)
        self._choose_window(found)
        self._note_releases(found)
        self._set_latency(found.slow_ms(self.service))
        if found.quarantined:
            self.notes.append(f"rows put aside: {guessed.causes(found.quarantined)}")
        deployment(self.service, self._parameters())  # refused before the replay, not after it

    def _choose_service(self, found: Survey, service: str | None) -> None:
        services = [(name, number) for name, number in found.services() if name is not None]
        if service and services and service not in dict(services):
            raise SettingsError(
                f"SERVICE {service!r} is none of {', '.join(repr(name) for name, _ in services[:8])}; choose one"
            )
        if service and services:
            # That it is found there says that the column is the service's.
            self.guess = self.guess.confirmed("service")
            self._asked["SERVICE"] = service
        file = Path(self.guess.source.path).name.partition(".")[0]
        self.service = service or (services[0][0] if services else slug(file))
        if len(services) > 1 and not service:
            others = ", ".join(f"{name} ({number:,})" for name, number in services[1:4])
            self.notes.append(f"several services: {self.service} has most rows and is taken; SERVICE=...: {others}")
        if not services:
            self.notes.append(f"no column says which service answered: all rows are taken as one, {self.service!r}")

    def _choose_window(self, found: Survey) -> None:
        """Take the last weeks, in the shortest windows of which there are not too many."""
        first, last = found.span(self.service)
        self._period = max(first, last - timedelta(days=_DAYS)), last
        cells = [(release, hour) for (name, release, hour) in found.rows if name in {None, self.service}]
        inside = [(release, hour) for release, hour in cells if self._period[0] <= hour < last]
        self._window = next(
            (one for one in _LENGTHS if len({(r, floor(h, parse_length(one))) for r, h in inside}) <= _WINDOWS), "1d"
        )

    def _note_releases(self, found: Survey) -> None:
        releases = [name for name, _ in found.releases(self.service).items() if name is not None]
        unnamed = found.releases(self.service).get(None)
        if releases and unnamed:
            self.notes.append(
                f"{unnamed:,} rows name no release: here they count for what served then; in production the registry "
                "must say what that was (README, `release`), or they are put aside"
            )
        if len(releases) == 1:
            self.notes.append(
                f"only one release, {releases[0]!r}: it is its own baseline, so objectives and warnings count, and "
                "nothing could be rolled back. Longer logs, or the next release, show more"
            )
        self._nameless = not releases

    def _set_latency(self, slow_ms: float | None) -> None:
        """Set an objective that is not breached from the first window on."""
        usual = LatencyMonitor().threshold_ms
        if slow_ms is not None and slow_ms > usual:
            threshold = float(f"{_SLACK * slow_ms:.2g}")
            self._monitors = Monitors(latency=LatencyMonitor(threshold_ms=threshold))
            self.notes.append(
                f"one answer in twenty takes more than {slow_ms:,.0f} ms: the latency objective is {threshold:,.0f} ms "
                f"here, not {usual:,.0f}"
            )

    def hire(self, model: str | None, budget_usd: float) -> None:
        """Take the real judge where there is a key and its cost is within the limit, else the heuristic."""
        hired = hire(model, budget_usd, lambda *chosen: self._replay(*chosen).expected(float("inf")))
        self._judge, self._sampling = hired.judge, hired.sampling
        self._instead_of, self._needs_usd = hired.instead_of, hired.needs_usd
        self.notes += hired.notes
        self._asked |= {"MODEL": model} if model else {}
        limit = self._needs_usd or budget_usd
        self._asked |= {"BUDGET": f"{limit:g}"} if limit != USUAL_BUDGET_USD else {}
        start, end = self._whole()
        replaying = f"Replaying {self.service}, {span(start, end)}, in windows of {self._window}, judged"
        if hired.spend is not None:
            self.plan = f"{replaying} by {hired.judge.model}: {hired.spend.words}; limit {budget_usd:g} USD."
            return
        self._monitors = self._monitors.model_copy(update={"quality": QualityMonitor(min_score=_NO_SCALE)})
        self.notes.append(
            "word overlap has no absolute scale: releases are compared, and the objective of quality here "
            f"(min_score {_NO_SCALE:g}) is as good as none"
        )
        self.plan = f"{replaying} offline (no LLM, no cost)."

    def knock(self) -> None:
        """Send the real judge one request, before thousands are.

        Raises:
            JudgeError: when it cannot be used.
        """
        knock(self._judge)

    def _replay(self, judge: Judge, sampling: Sampling) -> Replay:
        start, end = self._whole()
        asked = assign(
            self.service, self.guess.source, judge, sampling, self._monitors,
            Baseline(), Policy(), Target(), Alerts(), self._window, redo=False,
        )  # fmt: skip
        return Replay(asked, start, end, _DAYS, str(trial_home(self.service)))

    def replay(self) -> None:
        """Replay the period; everything is recorded in the service's own folder."""
        start, end = self._whole()
        self._report = cast(
            "BacktestReport",
            backtest(
                service=self.service,
                logs=self.guess.source,
                judge=self._judge,
                sampling=self._sampling,
                monitors=self._monitors,
                window=self._window,
                start=start,
                end=end,
                budget_usd=self._judge.budget_usd_per_day or 1e9,
                place=str(trial_home(self.service)),
            ),
        )

    @property
    def text(self) -> str:
        """What would have happened, why windows are undecided, and what judging cost."""
        done = self._done()
        undecided = [one for one in done.windows if one.verdict == Verdict.INCONCLUSIVE]
        why = f"- {len(undecided)} windows inconclusive, most of them: {why_undecided(undecided)}." if undecided else ""
        return "\n".join(filter(None, [done.text, why, self._spent(), self._missed()]))

    def _spent(self) -> str:
        judge = self._done().judge
        if not self._judge.asks_a_model:
            return "Judging was offline: no call, no cost."
        cost = "cost unknown" if judge.cost_usd is None else f"{judge.cost_usd:.2f} USD"
        return f"Judging took {judge.calls:,} calls, {cost}."

    def _missed(self) -> str:
        if self._instead_of is None:
            return ""
        return (
            "Judged by word overlap only, which misses much of what a judge finds: with "
            f"BUDGET={self._needs_usd:.2f} {self._instead_of.model} judges."
        )

    @property
    def undecided(self) -> bool:
        """Whether most windows are: then nothing was found out."""
        windows = self._done().windows
        return 2 * sum(one.verdict == Verdict.INCONCLUSIVE for one in windows) > len(windows)

    @property
    def ready(self) -> str:
        """What heads the block: whether it can be used as it is."""
        if stands_open := self._open("answer the questions above"):
            return stands_open
        return "Ready for prefect.yaml (mode dry_run: it says what it would do)"

    def _open(self, ask: str) -> str:
        """Return why the block is not to be used yet; empty when it is."""
        reasons = [ask] if self.guess.questions else []
        if self._instead_of is not None:
            reasons.append(f"judged by word overlap only; a judge needs BUDGET={self._needs_usd:.2f}")
        if self._report is not None and self.undecided:
            reasons.append("most windows are undecided, see above")
        return f"Not ready: {'; '.join(reasons)}" if reasons else ""

    @property
    def again(self) -> str:
        """The line that asks for this trial with every guess confirmed."""
        guessed_columns = {one.name: one.path for one in self.guess.columns if one.asked_about}
        zone = self.guess.source.timezone if self.guess.naive else self._zone
        return again(self.guess.source.path, guessed_columns | self._told, {"ZONE": zone or "", **self._asked})

    @property
    def mlflow_uri(self) -> str:
        """Where the replay is recorded."""
        return self._done().mlflow_uri

    @property
    def block(self) -> str:
        """The deployment for `prefect.yaml`."""
        return deployment(self.service, self._parameters(), self._remarks())

    def write(self) -> dict[str, Path]:
        """Write the report, the worst window's own one where there is one, and the block; returns where they are."""
        said = [line.removeprefix("- ") for line in self.text.split("\n")]
        file = trial_home(self.service) / "prefect.yaml"
        written = write_pages(file.parent, self._done(), said, [*self.guess.questions, *self.notes])
        file.write_text(prefect_file(self.service, self._parameters(), str(file), self._remarks()))
        return {**written, "Block": file}

    def _parameters(self) -> dict[str, Any]:
        """Return the parameters of `evaluate` that differ from the defaults."""
        monitors = self._monitors
        if self._instead_of is not None:  # the objective was that of the one who stood in
            monitors = monitors.model_copy(update={"quality": QualityMonitor()})
        judge = self._instead_of or self._judge
        chosen = {"logs": self.guess.source, "judge": judge, "sampling": self._sampling, "monitors": monitors}
        return {**differing(chosen), "policy": {"mode": "dry_run"}, "window": self._window}

    def _remarks(self) -> Remarks:
        """Return what the block says beside its settings."""
        heads = [f"{stands_open}."] if (stands_open := self._open("answer what make try asks")) else []
        if self._nameless:
            heads.append("Evaluates nothing until `release` was run or a release column is mapped (README).")
        return Remarks(
            heads=heads,
            beside={
                **guessed.beside(self.guess),
                ("min_score", _NO_SCALE): "word overlap has no absolute scale: as good as none. Not with an LLM judge",
                ("per_window", self._sampling.per_window): f"what BUDGET allowed; usual: {Sampling().per_window}",
            },
        )

    def _whole(self) -> tuple[datetime, datetime]:
        assert self._period is not None  # choose comes first
        return self._period

    def _done(self) -> BacktestReport:
        assert self._report is not None  # replay comes first
        return self._report
