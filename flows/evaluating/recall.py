"""What the store remembers of a service, as a release on trial needs it; and what it is to remember of a window."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from flows.evaluating.deciding import FIRST, ReleaseOnTrial
from flows.evaluating.neighbours import Neighbours
from flows.evaluating.rules import Rules, Surroundings
from flows.records.moves import moves_of
from tasks.decisions.baseline import BaselineChoice, PastWindow, choose
from tasks.decisions.drop import Level
from tasks.decisions.trial import TrialState
from tasks.domain.evaluation import Evaluation, TimelinePoint
from tasks.domain.settings.policy import Baseline
from tasks.domain.summary import WindowSummary
from tasks.domain.verdict import Verdict
from tasks.domain.window import Window, floor
from tasks.store import EvidenceRow, Store


class Recall:
    """Reads and writes what belongs to one service under one configuration.

    Args:
        store: The store.
        rules: Settings of the run.
        asked: Hash of what is asked of the judge; summaries are kept under it.
        baseline: How a baseline is chosen.
    """

    def __init__(self, store: Store, rules: Rules, asked: str, baseline: Baseline) -> None:
        self.store = store
        self.rules = rules
        self._asked = asked
        self._baseline = baseline
        self._neighbours: Neighbours | None = None
        self._moves: list[tuple[datetime, str]] | None = None

    def trial_of(self, release: str, window: Window) -> ReleaseOnTrial:
        """Return the release on trial as it stood before the window.

        The evidence kept of the window before is taken up where it was found under the same detectors; otherwise, and
        where a window was filled in or comes late, it is replayed in time order from the stored summaries.
        """
        self._neighbours = None  # what was read of other releases may have been filled in
        choice, reference = self._baseline_of(release, window)
        since = self.serves_since(release, window)
        on_trial = ReleaseOnTrial(release, self.rules, choice, reference, since=since)
        earlier = [s for s in self._summaries(release, window, since) if s.window_end <= window.start]
        rows = [row for row in self._evidence(release) if since <= row.window_start < window.start]
        newest = rows[-1] if rows else None
        same = (
            newest is not None
            and newest.state is not None
            and newest.detector_hash == on_trial.trial.fingerprint
            and len(rows) == len(earlier)
            and newest.window_end == earlier[-1].window_end
        )
        if same and newest is not None and newest.state is not None:
            for summary in earlier:
                on_trial.repeats.add(summary.judged.content)
            on_trial.resume(TrialState.from_json(newest.state.decode()), _levels(rows), [_point(row) for row in rows])
            return on_trial
        self._replay(on_trial, earlier)
        return on_trial

    def _replay(self, on_trial: ReleaseOnTrial, earlier: Sequence[WindowSummary]) -> None:
        """Decide the windows of a release anew; everything is read once and written once."""
        service, config_hash = self.rules.service, self.rules.config_hash
        self.store.evidence.drop_from(service, on_trial.release, config_hash, on_trial.since)
        if not earlier:
            return
        window = Window(earlier[-1].window_start, earlier[-1].window_end)
        end = Window(window.end, window.end + window.length)
        around = Neighbours.remembered({name: self._summaries(name, end) for name in self.releases()})
        rows = []
        for summary in earlier:
            evaluation = on_trial.take(summary, around.of(summary, on_trial), statistics=False)
            rows.append(self._row(on_trial, evaluation, whole=False))
        self.store.evidence.put_many(rows)

    def serves_since(self, release: str, window: Window) -> datetime:
        """Return since when the release serves without a break, as far as the record of switches says.

        A release that comes back, by a rollback or by hand, is tried anew: what was found before counts no more. One
        that had a share of the traffic and then all of it did not come back: nothing else went live in between.
        """
        if self._moves is None:
            self._moves = moves_of(self.store, self.rules.service)
        since = max(
            (floor(at, window.length) for at, to in self._moves if to == release and at < window.end), default=FIRST
        )
        left = max((at for at, to in self._moves if to != release and at < since), default=FIRST)
        rows = self.store.windows.of_release(self.rules.service, release, self.rules.config_hash)
        came_back = any(row.verdict and row.window_end <= min(left, since) for row in rows)
        return since if came_back else FIRST

    def completed(self, on_trial: ReleaseOnTrial, window: Window) -> ReleaseOnTrial:
        """Return the release with its own baseline once its first windows fill it; the same one until then."""
        if not on_trial.baseline.filling:
            return on_trial
        choice, reference = self._baseline_of(on_trial.release, window)
        if choice.filling:
            on_trial.baseline = choice
            return on_trial
        complete = ReleaseOnTrial(on_trial.release, self.rules, choice, reference, since=on_trial.since)
        complete.carry_over(on_trial)
        return complete

    def remember(self, on_trial: ReleaseOnTrial, evaluation: Evaluation, *, whole: bool = False) -> None:
        """Keep the evidence after a window; `whole` with the detectors' states, from which a later run goes on.

        States are some 100 kB, so a run keeps those of its last window only; without them evidence is replayed.
        """
        self.store.evidence.put_many([self._row(on_trial, evaluation, whole=whole)])

    def _row(self, on_trial: ReleaseOnTrial, evaluation: Evaluation, *, whole: bool) -> EvidenceRow:
        point, changed = evaluation.timeline[-1], on_trial.state.inputs_changed
        kept = {
            "verdict": evaluation.verdict.value,
            "warn": point.warn,
            "rollback": point.rollback,
            "quality": [point.quality, point.quality_low, point.quality_high, point.quality_baseline],
            "healthy": evaluation.healthy,
            "inputs_changed": changed and changed.isoformat(),
            "levels": {
                key: [levels[-1].mean, levels[-1].size]
                for key, levels in on_trial.levels.items()
                if levels and levels[-1].start == evaluation.window.start
            },
        }
        return EvidenceRow(
            service=self.rules.service,
            release=evaluation.release,
            config_hash=self.rules.config_hash,
            window_start=evaluation.window.start,
            window_end=evaluation.window.end,
            detector_hash=on_trial.trial.fingerprint,
            state=on_trial.state.to_json().encode() if whole else None,
            log_evidence=evaluation.evidence,
            families=kept,
        )

    def surroundings(self, summary: WindowSummary, on_trial: ReleaseOnTrial) -> Surroundings:
        """Return what the service knows beside the release in a window: rows, the day's cost, the other releases."""
        length = summary.window_end - summary.window_start
        if self._neighbours is None:
            service, asked, read = self.rules.service, self._asked, self.store.summaries.between
            self._neighbours = Neighbours(
                self.releases, lambda release, start, end: read(service, release, start, end, length, asked)
            )
        return self._neighbours.of(summary, on_trial)

    def all_until(self, window: Window) -> dict[str, list[WindowSummary]]:
        """Return the summaries of each release of the service up to a window's end, in time order."""
        end = Window(window.end, window.end + window.length)
        kept = {name: self._summaries(name, end) for name in self.releases()}
        return {name: summaries for name, summaries in kept.items() if summaries}

    def releases(self) -> list[str]:
        """Return the service's releases in the order they were first seen."""
        return [seen.release for seen in self.store.releases.of(self.rules.service)]

    def _baseline_of(self, release: str, window: Window) -> tuple[BaselineChoice, Sequence[WindowSummary]]:
        since = self.serves_since(release, window)
        # Each stay of a release has a baseline of its own, frozen when the stay begins.
        key = self.rules.config_hash if since == FIRST else f"{self.rules.config_hash}/{since.isoformat()}"
        kept = self.store.baselines.get(self.rules.service, release, key)
        choice = _choice_from(kept) if kept else self._choose(release, window, since)
        if not kept and not choice.filling:
            body = _choice_body(choice)
            choice = _choice_from(self.store.baselines.freeze(self.rules.service, release, key, body))
        if choice.filling:
            return choice, ()
        wanted = {w.start for w in choice.windows}
        summaries = self.store.summaries.between(
            self.rules.service,
            choice.release,
            choice.windows[0].start,
            choice.windows[-1].end,
            window.length,
            self._asked,
        )
        return choice, [summary for summary in summaries if summary.window_start in wanted]

    def _choose(self, release: str, window: Window, since: datetime) -> BaselineChoice:
        releases = self.releases()
        earlier = releases[: releases.index(release)] if release in releases else releases
        earlier = earlier if since == FIRST else [*earlier, release]
        past: dict[str, list[PastWindow]] = {}
        failed = set()
        for name in releases:
            newest: dict[datetime, PastWindow] = {}
            for row in self.store.windows.of_release(self.rules.service, name):
                if row.state == "recording" or row.window_end - row.window_start != window.length:
                    continue
                seen = Window(row.window_start, row.window_end)
                newest[row.window_start] = PastWindow(name, seen, row.scored, row.healthy)
                if row.verdict == Verdict.FAIL and row.config_hash == self.rules.config_hash:
                    failed.add(name)
            past[name] = [newest[start] for start in sorted(newest)]
        starts = since
        if since == FIRST:
            starts = min([window.start, *(seen.window.start for seen in past.get(release, []))])
        changed = {name: at for name in earlier if (at := self._inputs_changed(name)) is not None}
        return choose(self._baseline, release, starts, earlier, past, frozenset(failed), changed)

    def _inputs_changed(self, release: str) -> datetime | None:
        """Return since when a release's inputs are another kind, as its newest evidence has it."""
        rows = self._evidence(release)
        known = rows[-1].families.get("inputs_changed") if rows else None
        return datetime.fromisoformat(known) if known else None

    def _summaries(self, release: str, window: Window, since: datetime = FIRST) -> list[WindowSummary]:
        service, asked = self.rules.service, self._asked
        return list(self.store.summaries.between(service, release, since, window.start, window.length, asked))

    def _evidence(self, release: str) -> list[EvidenceRow]:
        return self.store.evidence.history(self.rules.service, release, self.rules.config_hash)


def _choice_body(choice: BaselineChoice) -> str:
    return json.dumps(
        {
            "release": choice.release,
            "windows": [[w.start.isoformat(), w.end.isoformat()] for w in choice.windows],
            "scored": choice.scored,
            "own": choice.own,
            "words": choice.words,
        }
    )


def _choice_from(body: str) -> BaselineChoice:
    known = json.loads(body)
    windows = tuple(
        Window(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in known["windows"]
    )
    return BaselineChoice(known["release"], windows, known["scored"], own=known["own"], words=known["words"])


def _levels(rows: Sequence[EvidenceRow]) -> dict[str, list[Level]]:
    levels: dict[str, list[Level]] = {}
    for row in rows:
        for key, (mean, size) in row.families["levels"].items():
            levels.setdefault(key, []).append(Level(row.window_start, mean, size))
    return levels


def _point(row: EvidenceRow) -> TimelinePoint:
    quality, low, high, baseline = row.families["quality"]
    return TimelinePoint(
        window=Window(row.window_start, row.window_end),
        verdict=Verdict(row.families["verdict"]),
        warn=row.families["warn"],
        rollback=row.families["rollback"],
        quality=quality,
        quality_low=low,
        quality_high=high,
        quality_baseline=baseline,
    )
