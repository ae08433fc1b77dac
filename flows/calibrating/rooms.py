"""The rooms a run of `calibrate` goes through, opened once, and the steps it takes there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from flows.calibrating.record import calibration_study
from flows.evaluating.answering import Answering
from flows.evaluating.asking import register, rubric_of
from flows.running.clock import now
from flows.running.credentials import secret
from flows.running.spending import spend_of
from flows.running.workplace import Workplace, workplace
from tasks.calibration import Pair, calibration_report, human, ratings_of
from tasks.domain.calibration import CalibrationReport
from tasks.domain.errors import SettingsError
from tasks.domain.interaction import Interaction
from tasks.domain.judgment import Judged
from tasks.domain.label import UnusedLabel
from tasks.domain.settings.judging import Judge
from tasks.domain.settings.labels import Labels
from tasks.domain.settings.logs import LogSource
from tasks.domain.window import aware_utc, parse_length
from tasks.judging import asked_hash, judge_model, require_key, usage_of
from tasks.judging.rubrics import Rubric
from tasks.judging.steps import judge_sample
from tasks.sources import LabelReading, read_labels
from tasks.sources.steps import look_up_interactions

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_UNKNOWN = "unknown"
"""Stands for the release of rows that name none while nobody knows what was live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What a run of `calibrate` was asked to do, with everything that follows from it."""

    service: str
    labels: Labels
    logs: LogSource
    judge: Judge
    length: timedelta
    start: datetime
    end: datetime
    precision: float
    rubric: Rubric
    api_key: str | None

    @property
    def asked(self) -> str:
        """Hash of what is asked of the judge: the windows' scores are kept under it."""
        return asked_hash(self.judge, self.rubric)


@dataclass(frozen=True, slots=True)
class Labeled:
    """What people scored: their labels, and the interactions of them that the logs have."""

    reading: LabelReading
    interactions: Mapping[str, Interaction]


def examination(
    service: str,
    labels: Labels,
    logs: LogSource,
    judge: Judge,
    window: str,
    start: datetime | None,
    end: datetime | None,
    precision: float,
) -> Examination:
    """Check the settings against each other and work out what follows from them.

    Raises:
        SettingsError: when the precision is no share, or start is not before end.
        JudgeError: when a key is needed and missing.
    """
    if not 0 < precision < 1:
        raise SettingsError(f"precision {precision:g} must lie between 0 and 1; 0.02 is usual")
    api_key = secret(judge.api_key) if judge.asks_a_model else None
    require_key(judge, api_key)
    return Examination(
        service=service,
        labels=labels,
        logs=logs,
        judge=judge,
        length=parse_length(window),
        start=aware_utc(start, "start") if start else _FIRST,
        end=aware_utc(end, "end") if end else now(),
        precision=precision,
        rubric=rubric_of(judge),
        api_key=api_key,
    )


@contextmanager
def calibrating(asked: Examination) -> Iterator[Calibrating]:
    """Open the rooms for one run at a time, so that what people labeled is paid once."""
    with workplace("calibrate", asked.service, "progress-calibrate") as place:
        register(asked.judge, asked.rubric, place.registry)
        yield Calibrating(asked, place)


class Calibrating:
    """The steps of one run, in the order the flow takes them."""

    def __init__(self, asked: Examination, place: Workplace) -> None:
        self._asked = asked
        self._store = place.store
        self._studies = place.studies
        self._steps = place.steps
        self._answering = Answering.remembered(asked.service, place.store, place.registry)

    def look_up(self) -> Labeled:
        """Read the labels, and the logs until each labeled interaction is found."""
        asked = self._asked
        reading = read_labels(asked.labels)
        ids = {label.interaction_id for label in reading.labels}
        return Labeled(reading, look_up_interactions(asked.logs, asked.service, ids, asked.start, asked.end))

    def judge(self, labeled: Labeled) -> Mapping[str, Judged]:
        """Have the labeled interactions judged; what was judged before comes from the ledger."""
        asked = self._asked
        return judge_sample(
            list(labeled.interactions.values()),
            asked.judge,
            asked.rubric,
            self._store.ledger,
            asked.api_key,
            {},
            self._store.ledger.spent_usd(datetime.now(UTC).date()),  # money is spent today, also in a replay
            on_progress=partial(self._steps, "judged"),
        )

    def compare(self, labeled: Labeled, judged: Mapping[str, Judged]) -> CalibrationReport:
        """Hold the judge against people, and its mean of each release against what people would give."""
        asked = self._asked
        scored = {name: one for name, one in judged.items() if one.judgment.scored}
        ratings = ratings_of(labeled.reading.labels)
        pairs = [
            Pair(name, self._release(one.interaction), one.judgment.scores["quality"], human(ratings, name))
            for name, one in scored.items()
        ]
        moments = sorted(one.interaction.timestamp for one in scored.values())
        return calibration_report(
            asked.service,
            judge_model(asked.judge) + (" (word overlap, no LLM)" if asked.judge.provider == "heuristic" else ""),
            pairs,
            labeled.reading.labels,
            [*labeled.reading.unused, *_without_score(labeled, judged)],
            {name: self._sampled(name) for name in {pair.release for pair in pairs}},
            precision=asked.precision,
            period=(moments[0], moments[-1]) if moments else None,
            spend=spend_of(usage_of(list(judged.values()), asked.judge)),
        )

    def record(self, report: CalibrationReport) -> CalibrationReport:
        """Record the calibration in MLflow, where there is anything to record."""
        if report.start is None:
            return report
        asked = self._asked
        described = {
            "labels": asked.labels.model_dump_json(),
            "judge": report.judge_model,
            "rubric": f"{asked.rubric.name} {asked.rubric.version}",
            "period": f"{asked.start.isoformat()} to {asked.end.isoformat()}",
            "precision": f"{asked.precision:g}",
        }
        run_id = self._studies.record_study(calibration_study(report, asked.asked, described))
        return report.model_copy(update={"mlflow_run_id": run_id})

    def link(self, run_id: str) -> str | None:
        """Return the address of a run's page in MLflow, where MLflow is a server."""
        return self._studies.link(self._asked.service, run_id)

    def _release(self, interaction: Interaction) -> str:
        return interaction.release or self._answering.at(interaction.timestamp, interaction.model) or _UNKNOWN

    def _sampled(self, release: str) -> list[float]:
        """Return the judge's scores of the windows' samples of the period, but those under which it had moved."""
        asked = self._asked
        kept = self._store.summaries.between(asked.service, release, asked.start, asked.end, asked.length, asked.asked)
        return [score for summary in kept if not summary.judge.moved for score in summary.judged.quality]


def _without_score(labeled: Labeled, judged: Mapping[str, Judged]) -> Iterator[UnusedLabel]:
    """Yield the labels whose interaction the logs have not, or the judge left unscored."""
    for label in labeled.reading.labels:
        name = label.interaction_id
        if name not in judged:
            yield UnusedLabel("not in the logs of this service and period", name)
        elif (cause := judged[name].judgment.cause) is not None:
            yield UnusedLabel(f"unscored by the judge: {cause.value}", name)
