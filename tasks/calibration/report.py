"""Labels, the judge's scores and the windows' samples become a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from tasks.calibration.agreement import Pair, agreement_of, changes_trusted, levels_trusted
from tasks.calibration.levels import levels
from tasks.calibration.ratings import raters_alpha, ratings_of
from tasks.calibration.wording import words
from tasks.domain.calibration import CalibrationReport, DisagreementReport, UnusedReport
from tasks.domain.label import Label, UnusedLabel
from tasks.domain.naming import line
from tasks.domain.report import JudgeSpend
from tasks.stats.power import labels_needed

_NAMED = 5
_NAME_AT_MOST = 80
_FURTHEST = 10
_APART = 0.25
"""One level of five: what is nearer than that is no disagreement worth reading."""


def calibration_report(
    service: str,
    judge_model: str,
    pairs: Sequence[Pair],
    labels: Sequence[Label],
    unused: Sequence[UnusedLabel],
    sampled: Mapping[str, Sequence[float]],
    *,
    precision: float,
    period: tuple[datetime, datetime] | None,
    spend: JudgeSpend,
) -> CalibrationReport:
    """Hold the judge against people.

    Args:
        service: Which service.
        judge_model: Who judged.
        pairs: The interactions that people and the judge scored.
        labels: Every label that could be read.
        unused: Labels that could not be used, also those of interactions in no pair.
        sampled: Of each release the judge's scores in the windows kept.
        precision: Half width of an interval that is narrow enough; a bias within it does not matter.
        period: From when to when the interactions are.
        spend: What judging cost.
    """
    used = {pair.interaction_id for pair in pairs}
    mine = [label for label in labels if label.interaction_id in used]
    found = agreement_of(pairs, raters_alpha(ratings_of(mine)))
    report = CalibrationReport(
        service=service,
        judge_model=judge_model,
        text="",
        start=period[0] if period else None,
        end=period[1] if period else None,
        matched=len(pairs),
        raters=len({label.rater for label in mine if label.rater is not None}),
        unmatched=len(unused),
        unused=_unused(unused),
        levels_trusted=levels_trusted(found, len(pairs), precision),
        changes_trusted=changes_trusted(found, len(pairs)),
        agreement=found,
        levels=levels(pairs, sampled, precision),
        furthest=_furthest(pairs),
        precision=precision,
        judge=spend,
    )
    report.text = words(report, _bias_labels(pairs, precision))
    return report


def _bias_labels(pairs: Sequence[Pair], precision: float) -> int | None:
    """Return how many labels tell the bias to the precision: pairs, which no further judging helps."""
    if len(pairs) < 2:
        return None
    apart = np.array([pair.judge - pair.people for pair in pairs])
    return labels_needed(precision, float(apart.std(ddof=1)), 0.0, 1)


def _unused(unused: Sequence[UnusedLabel]) -> list[UnusedReport]:
    by_cause: dict[str, list[str]] = {}
    for one in unused:
        by_cause.setdefault(one.cause, []).append(line(one.name).strip()[:_NAME_AT_MOST])
    ordered = sorted(by_cause.items(), key=lambda item: (-len(item[1]), item[0]))
    return [UnusedReport(cause=cause, labels=len(names), first=names[:_NAMED]) for cause, names in ordered]


def _furthest(pairs: Sequence[Pair]) -> list[DisagreementReport]:
    ordered = sorted(pairs, key=lambda pair: (-abs(pair.judge - pair.people), pair.interaction_id))
    return [
        DisagreementReport(
            interaction_id=pair.interaction_id, release=pair.release, judge=pair.judge, people=pair.people
        )
        for pair in ordered[:_FURTHEST]
        if abs(pair.judge - pair.people) >= _APART
    ]
