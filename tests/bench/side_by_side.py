"""A/B: type I error under peeking, interactions until a difference shows, and splits that are off."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from tasks.stats.betting import log_sum_exp, sum_of_logs
from tasks.stats.paired import PairedTest, sample_ratio_log_evidence
from tasks.stats.window_scores import Floats
from tests.bench.level_scores import LEVELS, odds, spread
from tests.bench.row import Row

_HOURS = 336
"""Two weeks, looked at every hour."""

_AN_HOUR = 100
"""Interactions an arm and hour."""

_PLAN = 24_000
"""Interactions an arm of a group sequential plan made when the difference was not known: for one of 0.005."""


def first_decisions(test: PairedTest, draw, runs: int, hours: int) -> tuple[Floats, Floats]:
    """Return the hour of the first decision of each run: ours, and that of a t-test at each hour; infinite without.

    Args:
        test: The paired test, simulated for all runs at once (equal to it: tested).
        draw: Gives (control, candidate) of an hour, each of shape [runs, interactions].
        runs: How many.
        hours: How long.
    """
    wealth: Floats | float = 0.0
    ours, theirs = np.full(runs, math.inf), np.full(runs, math.inf)
    moments = np.zeros((4, runs))
    for hour in range(1, hours + 1):
        control, candidate = draw()
        factors = test._factors((candidate - control).ravel())
        wealth = wealth + sum_of_logs(factors.reshape(-1, *control.shape))
        evidence = log_sum_exp(wealth, axis=0) - math.log(len(factors))
        ours[np.isinf(ours) & (evidence >= -math.log(test.alpha))] = hour
        moments += [control.sum(1), (control**2).sum(1), candidate.sum(1), (candidate**2).sum(1)]
        size = hour * control.shape[1]
        variance = (moments[1] - moments[0] ** 2 / size + moments[3] - moments[2] ** 2 / size) / size
        z = (moments[2] - moments[0]) / np.sqrt(np.maximum(variance, 1e-12) * size)
        p = 2 * stats.t.sf(np.abs(z), 2 * size - 2)
        theirs[np.isinf(theirs) & (p < test.alpha)] = hour
    return ours, theirs


def _scores(rng: np.random.Generator, runs: int, drop: float):
    def draw():
        control, candidate = (np.cumsum(odds(mean)) for mean in (0.8, 0.8 - drop))
        return tuple(LEVELS[np.searchsorted(c[:-1], rng.random((runs, _AN_HOUR)))] for c in (control, candidate))

    return draw


def _rates(rng: np.random.Generator, runs: int, control: float, candidate: float):
    def draw():
        return tuple((rng.random((runs, _AN_HOUR)) < rate).astype(float) for rate in (control, candidate))

    return draw


def rows(seed: int, *, quick: bool) -> list[Row]:
    """Return the A/B rows."""
    rng = np.random.default_rng(seed)
    runs = 150 if quick else 600
    found = []
    for name, draw in (("scores", _scores(rng, runs, 0.0)), ("rates of 5 %", _rates(rng, runs, 0.05, 0.05))):
        ours, theirs = (np.isfinite(hours).mean() for hours in first_decisions(PairedTest(), draw, runs, _HOURS))
        found.append(
            Row(
                name=f"A/B type I error, looked at hourly for two weeks, α 0.05, {name}",
                must="≤ 0.05",
                oracle="0.05",
                ours=f"{ours:.3f}",
                met=bool(ours <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)),
                tools=f"t-test {theirs:.2f}",
            )
        )
    scatter = 2 * spread(0.8) ** 2
    for name, draw, must, hours, drop, variance in (
        ("drop 0.05", _scores(rng, runs, 0.05), 800, 30, 0.05, scatter),
        ("drop 0.02", _scores(rng, runs, 0.02), 4_000, 160, 0.02, scatter),
        ("rate 5 → 3.5 %", _rates(rng, runs, 0.05, 0.035), 4_000, 200, 0.015, 0.05 * 0.95 + 0.035 * 0.965),
    ):
        ours, _ = first_decisions(PairedTest(), draw, runs, hours)
        median, most = (float(np.quantile(ours, share, method="lower")) * _AN_HOUR for share in (0.5, 0.8))
        found.append(
            Row(
                name=f"A/B interactions an arm, {name}",
                must=f"≤ {must:,}",
                ours=f"median {median:,.0f}, 80 % within {most:,.0f}",
                met=median <= must,
                oracle=f"{(stats.norm.isf(0.025) + stats.norm.isf(0.2)) ** 2 * variance / drop**2:,.0f} at one look",
                tools=f"group sequential, 5 looks planned to {_PLAN:,}: {_pocock(rng, runs, drop, variance):,.0f}",
            )
        )
    return [*found, _ratio(rng, 200 if quick else 1_000)]


def _pocock(rng: np.random.Generator, runs: int, drop: float, variance: float) -> float:
    """Return the median size at which a group sequential test (Pocock, 5 looks, two-sided 5 %: z 2.413) stops."""
    size = _PLAN / 5 * np.arange(1, 6)
    walk = np.cumsum(rng.normal(0, math.sqrt(variance * _PLAN / 5), (runs, 5)), axis=1) + drop * size
    crossed = np.abs(walk) / np.sqrt(variance * size) > 2.413
    return float(np.median(np.where(crossed.any(axis=1), size[np.argmax(crossed, axis=1)], _PLAN)))


def _ratio(rng: np.random.Generator, runs: int) -> Row:
    """Split 49/51 at 1,000 an hour; false alarms at 50/50 over two weeks, both at α 0.01."""
    line, hours = math.log(100), _HOURS
    found, false, theirs = [], 0, 0
    for _ in range(runs):
        seen = np.cumsum(rng.binomial(1_000, 0.49, hours))
        found.append(next((h for h in range(1, hours + 1) if _evidence(seen[h - 1], h) >= line), math.inf))
        seen = np.cumsum(rng.binomial(1_000, 0.5, hours))
        false += any(_evidence(seen[h - 1], h) >= line for h in range(1, hours + 1))
        total = 1_000 * np.arange(1, hours + 1)
        theirs += bool((stats.chi2.sf((2 * seen - total) ** 2 / total, 1) < 0.01).any())
    median, rate = float(np.median(found)), false / runs
    return Row(
        name="sample ratio 49/51 found at 1,000 an hour / false within two weeks",
        must="≤ 48 h / ≤ 1 %",
        ours=f"median {median:g} h (80 % within {np.quantile(found, 0.8):g} h) / {rate:.1%}",
        met=median <= 48 and rate <= 0.01 + 2 * math.sqrt(0.01 / runs),
        tools=f"repeated chi-square {theirs / runs:.1%} false",
    )


def _evidence(seen: int, hours: int) -> float:
    return sample_ratio_log_evidence([seen, 1_000 * hours - seen], [0.5, 0.5])
