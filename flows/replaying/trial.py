"""One trial of somebody's logs: the mapping, the service, the judge, the replay, and what is handed over."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from flows.backtesting import backtest
from flows.evaluating.assignment import assign
from flows.evaluating.reporting import evaluation_report
from flows.replaying.hindsight import rule_words
from flows.replaying.offering import as_yaml, deployment, prefect_file
from flows.replaying.replay import Replay
from flows.running.artifacts import slug
from tasks.domain.backtest import BacktestReport
from tasks.domain.errors import SettingsError
from tasks.domain.places import TRIAL_HOME
from tasks.domain.settings.judging import Judge, Sampling
from tasks.domain.settings.monitors import LatencyMonitor, Monitors, QualityMonitor
from tasks.domain.settings.policy import Alerts, Baseline, Policy, Target
from tasks.domain.window import floor, parse_length
from tasks.sources.guessing import guess
from tasks.sources.survey import Survey, survey
from tasks.tracking import Tracker, render_period

_DAYS = 28
_WINDOWS = 110
"""Windows that are replayed and recorded in about a minute; longer ones are taken where there would be more."""

_LENGTHS = ("1h", "3h", "6h", "12h", "1d")
_FEWEST = 20
"""Judged interactions of a window below which a real judge is not worth its money."""

_SLACK = 1.25
"""How much slower than now it may get before the objective is breached."""

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
        self.notes = list(self.guess.questions)
        self.service = ""
        self.plan = ""
        self._judge = Judge(provider="heuristic")
        self._sampling = Sampling()
        self._monitors = Monitors()
        self._window = "1h"
        self._period: tuple[datetime, datetime] | None = None
        self._report: BacktestReport | None = None

    @property
    def mapping(self) -> str:
        """The guess as YAML, with what it is unsure of beside."""
        logs = self.guess.source.model_dump(mode="json", exclude_defaults=True)
        doubtful = {one.path for one in self.guess.columns if one.unsure}
        lines = as_yaml({"logs": logs}, indent=2).splitlines()
        return "\n".join(f"{line}  # sure?" if _value(line) in doubtful else line for line in lines)

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
            causes = ", ".join(f"{number} {cause}" for cause, number in found.quarantined.most_common(4))
            self.notes.append(f"rows put aside: {causes}")
        deployment(self.service, self._parameters())  # refused before the replay, not after it

    def _choose_service(self, found: Survey, service: str | None) -> None:
        services = [(name, number) for name, number in found.services() if name is not None]
        if service and services and service not in dict(services):
            raise SettingsError(
                f"SERVICE {service!r} is none of {', '.join(repr(name) for name, _ in services[:8])}; choose one"
            )
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
        if os.environ.get("OPENAI_API_KEY"):
            self._judge = Judge(model=model or Judge().model, budget_usd_per_day=budget_usd)
            if words := self._within(budget_usd):
                self.plan = f"{self._span()}, judged by {self._judge.model}: {words}; limit {budget_usd:g} USD."
                return
            self.notes.append(
                f"{self._judge.model} would cost more than {budget_usd:g} USD even with {_FEWEST} a window (BUDGET=...)"
            )
            self._judge = Judge(provider="heuristic")
        else:
            self.notes.append(
                "OPENAI_API_KEY is not set: the judge is word overlap with the context, no LLM. It shows how things "
                "work, not how good the answers are"
            )
        self._monitors = self._monitors.model_copy(update={"quality": QualityMonitor(min_score=_NO_SCALE)})
        self.notes.append("word overlap has no absolute scale: releases are compared, quality has no objective here")
        self.plan = f"{self._span()}, judged offline (no LLM, no cost)."

    def _within(self, budget_usd: float) -> str:
        """Return what judging will take in words, with as many a window as the limit allows; empty: too few."""
        expected = self._replay().expected(float("inf"))
        if expected.cost_usd is None:
            self.notes.append(f"the price of {self._judge.model} is not known, so that the limit cannot be held")
            return expected.words
        if expected.cost_usd <= budget_usd:
            return expected.words
        fewer = int(self._sampling.per_window * budget_usd / expected.cost_usd * 0.95)
        if fewer < _FEWEST:
            return ""
        whole = f"{expected.words} for {self._sampling.per_window} a window"
        self.notes.append(f"{whole} is beyond the limit: {fewer} a window are judged (BUDGET=...)")
        self._sampling = Sampling(per_window=fewer)
        return self._within(budget_usd)

    def _replay(self) -> Replay:
        start, end = self._whole()
        asked = assign(
            self.service, self.guess.source, self._judge, self._sampling, self._monitors,
            Baseline(), Policy(), Target(), Alerts(), self._window, redo=False,
        )  # fmt: skip
        return Replay(asked, start, end, _DAYS, TRIAL_HOME)

    def replay(self) -> None:
        """Replay the period; everything is recorded below `.plumbline/try`."""
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
                place=TRIAL_HOME,
            ),
        )

    @property
    def text(self) -> str:
        """What would have happened."""
        return self._done().text

    @property
    def mlflow_uri(self) -> str:
        """Where the replay is recorded."""
        return self._done().mlflow_uri

    @property
    def block(self) -> str:
        """The deployment for `prefect.yaml`."""
        return deployment(self.service, self._parameters())

    def write(self) -> dict[str, Path]:
        """Write the report, the worst window's own one where there is one, and the block; returns where they are."""
        home, done = Path(TRIAL_HOME), self._done()
        written = {}
        worst = done.worst()
        if worst is not None and worst.mlflow_run_id:
            written["Its worst window"] = home / "window.html"
            page = Tracker.connect(done.mlflow_uri).fetch(worst.mlflow_run_id, "report.html")
            written["Its worst window"].write_text(page)
        report, file = home / "report.html", home / "prefect.yaml"
        period = evaluation_report(
            done.service, done.windows, done.intake, done.judge, [], nothing="no window has interactions"
        )
        said = [line.removeprefix("- ") for line in done.text.split("\n")]
        notes = said + rule_words(done.rules) + [_sentence(note) for note in self.notes]
        report.write_text(render_period(period, title=f"{done.service}: what would have happened", notes=notes))
        file.write_text(prefect_file(self.service, self._parameters(), str(file)))
        return {"Report": report, **written, "Block": file}

    def _parameters(self) -> dict[str, Any]:
        """Return the parameters of `evaluate` that differ from the defaults."""
        chosen = {
            "logs": self.guess.source,
            "judge": self._judge,
            "sampling": self._sampling,
            "monitors": self._monitors,
        }
        changed = {name: one.model_dump(mode="json", exclude_defaults=True) for name, one in chosen.items()}
        return {
            **{name: values for name, values in changed.items() if values},
            "policy": {"mode": "dry_run"},
            "window": self._window,
        }

    def _whole(self) -> tuple[datetime, datetime]:
        assert self._period is not None  # choose comes first
        return self._period

    def _span(self) -> str:
        start, end = self._whole()
        return f"Replaying {self.service}, {start:%Y-%m-%d} to {end:%Y-%m-%d}, in windows of {self._window}"

    def _done(self) -> BacktestReport:
        assert self._report is not None  # replay comes first
        return self._report


def _value(line: str) -> str:
    """Return what stands after a key."""
    return line.partition(": ")[2].strip("'")


def _sentence(note: str) -> str:
    """Return a note as it stands on a page."""
    return f"{note[:1].upper()}{note[1:].rstrip('.')}."
