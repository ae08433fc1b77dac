"""The judge beside people on the same interactions: agreement, bias, and what may be concluded from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks.domain.calibration import AgreementReport, Trust
from tasks.stats.agreement import cohen_kappa
from tasks.stats.intervals import mean_interval, spearman_interval

FEWEST = 20
"""Labels below which nothing is concluded: from about here on Student's interval holds for scores in [0, 1]."""

USEFUL = 0.3
"""Rank correlation a judge must show to be trusted for changes: at it a drop takes 1 / 0.3² = 11 times as many
interactions to show than if people scored them; below, labels alone are cheaper."""

_LEVELS = range(5)


@dataclass(frozen=True, slots=True)
class Pair:
    """An interaction with the judge's score and people's, both 0 to 1."""

    interaction_id: str
    release: str
    judge: float
    people: float


def agreement_of(pairs: Sequence[Pair], raters_alpha: float | None = None) -> AgreementReport:
    """Return how far the judge agrees with people; with fewer than two labels hardly anything is known."""
    if len(pairs) < 2:
        return AgreementReport(raters_alpha=raters_alpha)
    judge, people = np.array([one.judge for one in pairs]), np.array([one.people for one in pairs])
    order, bias = spearman_interval(judge, people), mean_interval(judge - people)
    linear = correlation(judge, people)
    return AgreementReport(
        kappa=cohen_kappa(_levels(judge), _levels(people), weights="quadratic", levels=_LEVELS),
        spearman=order.estimate,
        spearman_interval=(order.low, order.high),
        correlation=linear,
        slope=linear * float(judge.std()) / float(people.std()) if linear else 0.0,
        bias=bias.estimate,
        bias_interval=(bias.low, bias.high),
        raters_alpha=raters_alpha,
    )


def correlation(judge: np.ndarray, people: np.ndarray) -> float:
    """Return Pearson's correlation; 0 where one side never varies."""
    if np.ptp(judge) == 0 or np.ptp(people) == 0:
        return 0.0
    return float(np.corrcoef(judge, people)[0, 1])


def levels_trusted(found: AgreementReport, labels: int, precision: float) -> Trust:
    """Whether the judge's mean may be read as people's: its bias lies surely within the precision, or beyond it."""
    if labels < FEWEST or found.bias_interval is None:
        return "open"
    low, high = found.bias_interval
    if -precision <= low and high <= precision:
        return "yes"
    return "no" if low > precision or high < -precision else "open"


def changes_trusted(found: AgreementReport, labels: int) -> Trust:
    """Whether a change of the judge's mean says that people would see one: it orders interactions as they do."""
    if labels < FEWEST or found.spearman_interval is None:
        return "open"
    low, high = found.spearman_interval
    return "yes" if low >= USEFUL else "no" if high < USEFUL else "open"


def _levels(scores: np.ndarray) -> list[int]:
    return [min(int(4 * score + 0.5), 4) for score in scores.tolist()]
