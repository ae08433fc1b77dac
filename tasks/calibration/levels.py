"""The level of a release as the judge, people, and both together see it; and how many labels would make it sharp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tasks.calibration.agreement import Pair, correlation
from tasks.domain.calibration import LevelReport
from tasks.stats.agreement import prediction_powered_mean
from tasks.stats.interval import Interval
from tasks.stats.intervals import mean_interval
from tasks.stats.power import labels_needed

FEWEST_OF_RELEASE = 8
"""Labels a release needs to be corrected by itself, as many as a stratum of the whole needs."""

_ERRORS = 3.0
"""Standard errors between the labeled and all, beyond which the labeled are no random sample: chance 3 in 1,000."""


def levels(pairs: Sequence[Pair], sampled: Mapping[str, Sequence[float]], precision: float) -> list[LevelReport]:
    """Return the level of each labeled release, and of all together where there are several.

    Args:
        pairs: The labeled interactions.
        sampled: Of each release the judge's scores in the windows kept.
        precision: Half width of the interval that is wanted.
    """
    names = sorted({pair.release for pair in pairs})
    of = {name: [pair for pair in pairs if pair.release == name] for name in names}
    found = [_level(name, of[name], list(sampled.get(name, ())), precision) for name in names]
    known = [name for name in names if len(sampled.get(name, ())) >= 2]
    if len(known) < 2:
        return found
    return [_together({name: of[name] for name in known}, sampled), *found]


def _together(of: Mapping[str, Sequence[Pair]], sampled: Mapping[str, Sequence[float]]) -> LevelReport:
    """Return the level of several releases by their share of the scores, however many labels each has."""
    pairs = [pair for many in of.values() for pair in many]
    everyone = [score for name in of for score in sampled[name]]
    level = LevelReport(release=None, labels=len(pairs), judged=len(everyone))
    level.judge, level.judge_interval = _told(mean_interval(everyone))
    if len(pairs) < FEWEST_OF_RELEASE:
        level.note = f"{len(pairs)} labels are too few to correct it by; it takes {FEWEST_OF_RELEASE}"
        return level
    found = prediction_powered_mean(
        everyone,
        [pair.judge for pair in pairs],
        [pair.people for pair in pairs],
        strata=([name for name in of for _ in sampled[name]], [pair.release for pair in pairs]),
    )
    level.corrected, level.corrected_interval = _told(found)
    return level


def _level(release: str, pairs: Sequence[Pair], sampled: Sequence[float], precision: float) -> LevelReport:
    judge, people = np.array([one.judge for one in pairs]), np.array([one.people for one in pairs])
    level = LevelReport(release=release, labels=len(pairs), judged=len(sampled))
    if len(sampled) >= 2:
        level.judge, level.judge_interval = _told(mean_interval(sampled))
    if len(pairs) < 2:
        level.note = "one label says nothing of its level"
        return level
    level.people, level.people_interval = _told(mean_interval(people))
    if len(pairs) < FEWEST_OF_RELEASE:
        level.note = f"{len(pairs)} labels are too few to correct it by; it takes {FEWEST_OF_RELEASE}"
        return level
    sd = float(people.std(ddof=1))
    level.more_labels_alone = max(labels_needed(precision, sd, 0.0, 1) - len(pairs), 0)
    if len(sampled) < 2:
        level.note = "no window of it was evaluated with this judge, so the labels stand alone"
        return level
    level.corrected, level.corrected_interval = _told(prediction_powered_mean(sampled, judge, people))
    needed = labels_needed(precision, sd, correlation(judge, people), len(sampled))
    # The plan is about the mean; where the interval at hand is narrow enough, chance was kind and nothing is missing.
    level.more_labels = 0 if _half(level.corrected_interval) <= precision else max(needed - len(pairs), 1)
    level.note = _off_sample(judge, np.array(sampled))
    return level


def _off_sample(labeled: np.ndarray, everyone: np.ndarray) -> str:
    """Say where the judge finds the labeled interactions other than all: a correction by them may then be off."""
    apart = float(labeled.mean() - everyone.mean())
    error = float(np.sqrt(labeled.var(ddof=1) / labeled.size + everyone.var(ddof=1) / everyone.size))
    if abs(apart) <= _ERRORS * error:
        return ""
    return (
        f"the judge gives the labeled ones {labeled.mean():.2f} and all {everyone.mean():.2f}: they were not drawn at "
        "random, and what they correct may be off; label interactions of the judged samples"
    )


def _told(interval: Interval) -> tuple[float, tuple[float, float]]:
    return interval.estimate, (interval.low, interval.high)


def _half(interval: tuple[float, float]) -> float:
    return (interval[1] - interval[0]) / 2
