"""How much traffic comes, by hour of the week: rates with intervals, peak factor, growth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from scipy import stats

from tasks.capacity.traffic import HOUR
from tasks.stats.interval import Interval
from tasks.stats.window_scores import Floats

_WEEK, _DAY = 168, 24

Slots = np.ndarray[tuple[Any, ...], np.dtype[np.intp]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Traffic as it is to be expected.

    Attributes:
        start: Of the first hour it was learned from.
        hours: How many those were.
        cycle: 168 where two weeks and more are known (hours of the week), else 24 (hours of the day).
        rates: Requests an hour in each hour of the cycle, at the level of the last hour known.
        seen: Hours each of them rests on, weighted by the growth since.
        excess: Variance of an hour beyond Poisson's, over its squared mean: days differ.
        growth: Change of the logarithm of traffic in a week, with its interval; nothing known is (0, −inf, inf).
        peak_factor: Busiest hour of the cycle over the mean hour.
        confidence: Of the intervals: an hour lies below its upper end with this chance.
    """

    start: datetime
    hours: int
    cycle: int
    rates: tuple[float, ...]
    seen: tuple[float, ...]
    excess: float
    growth: Interval
    peak_factor: Interval
    confidence: float

    def expect(self, moment: datetime) -> Interval:
        """Return the requests of the hour that begins at a moment: a prediction interval of one hour, not of a mean.

        Its two ends are each missed with chance 1 − confidence. Growth goes on as it was; its uncertainty counts only
        where it is known.
        """
        at = (moment - self.start) // HOUR
        slot = _slots(self.start, np.array([at]), self.cycle)[0]
        ahead = (at - self.hours + 1) / _WEEK
        known = math.isfinite(self.growth.high)
        mean = self.rates[slot] * math.exp(self.growth.estimate * ahead if known else 0.0)
        of_growth = (self.growth.high - self.growth.low) / 3.92 * ahead if known else 0.0
        of_rate = (mean + self.excess * mean**2) / max(self.seen[slot], 1.0)
        variance = mean + self.excess * mean**2 + of_rate + (mean * of_growth) ** 2
        if mean <= 0:
            return Interval(0.0, 0.0, -math.log(1 - self.confidence) / max(self.seen[slot], 1.0))
        law = stats.gamma(mean**2 / variance, scale=variance / mean)
        return Interval(mean, float(law.ppf(1 - self.confidence)), float(law.ppf(self.confidence)))


def demand(hourly: Floats, start: datetime, *, confidence: float = 0.9) -> Demand:
    """Return what to expect after these hours.

    Growth is the slope of log traffic of whole days against time, weekdays apart, from two weeks on. Rates are counts
    over exposure, each hour weighted by the growth since.

    Args:
        hourly: Requests of each hour, in order.
        start: Of the first hour.
        confidence: Of the intervals, one-sided.

    Raises:
        ValueError: for less than one day, or no request at all.
    """
    if hourly.size < _DAY:
        raise ValueError(f"{hourly.size} hours of logs; a plan needs at least {_DAY}")
    if not hourly.any():
        raise ValueError(f"no request in {hourly.size} hours; nothing can be planned from that")
    cycle = _WEEK if hourly.size >= 2 * _WEEK else _DAY
    growth = _growth(hourly, start)
    weeks_ago = (np.arange(hourly.size) - hourly.size + 1) / _WEEK
    exposure = np.exp((growth.estimate if math.isfinite(growth.high) else 0.0) * weeks_ago)
    slots = _slots(start, np.arange(hourly.size), cycle)
    seen = np.bincount(slots, exposure, minlength=cycle).astype(float)
    rates = np.bincount(slots, hourly, minlength=cycle).astype(float) / seen
    fitted = rates[slots] * exposure
    # A slot's own mean takes one degree of freedom of its hours.
    freedom = max(hourly.size - cycle, 1) / hourly.size
    excess = max(float(((hourly - fitted) ** 2 / freedom - fitted).sum() / (fitted**2).sum()), 0.0)
    return Demand(
        start=start,
        hours=hourly.size,
        cycle=cycle,
        rates=tuple(rates.tolist()),
        seen=tuple(seen.tolist()),
        excess=excess,
        growth=growth,
        peak_factor=_peak(rates, seen, excess),
        confidence=confidence,
    )


def _slots(start: datetime, hours: Slots, cycle: int) -> Slots:
    first = start.weekday() * _DAY + start.hour
    return (first + hours) % cycle


def _growth(hourly: Floats, start: datetime) -> Interval:
    """Return the slope a week with its 95 % interval, by least squares on whole days."""
    days = hourly[: hourly.size // _DAY * _DAY].reshape(-1, _DAY).sum(axis=1)
    used = days > 0
    if used.sum() < 14:
        return Interval(0.0, -math.inf, math.inf)
    at = np.arange(days.size)[used]
    weekday = np.array([(start + timedelta(days=int(day))).weekday() for day in at])
    design = np.column_stack([at / 7, *(weekday == day for day in np.unique(weekday))]).astype(float)
    logs = np.log(days[used])
    solved, _, rank, _ = np.linalg.lstsq(design, logs, rcond=None)
    freedom = int(logs.size - rank)
    scatter = float(((logs - design @ solved) ** 2).sum()) / freedom
    error = math.sqrt(scatter * float(np.linalg.pinv(design.T @ design)[0, 0]))
    reach = float(stats.t.isf(0.025, freedom)) * error
    slope = float(solved[0])
    return Interval(slope, slope - reach, slope + reach)


def _peak(rates: Floats, seen: Floats, excess: float) -> Interval:
    """Return the busiest hour over the mean, with the 95 % interval of that hour's rate."""
    mean, at = float(rates.mean()), int(np.argmax(rates))
    top = float(rates[at])
    reach = 1.96 * math.sqrt((top + excess * top**2) / max(float(seen[at]), 1.0))
    return Interval(top / mean, max((top - reach) / mean, 1.0), (top + reach) / mean)
