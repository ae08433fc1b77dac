"""How long a real drop takes to show, and what a drop below the margin does."""

from __future__ import annotations

import math

import numpy as np

from tests.bench.common_tools import first_alarm, verdicts
from tests.bench.level_scores import BASE, LEVELS, odds
from tests.bench.row import Row
from tests.bench.services import IID, LINE, MONITORS, REALISTIC, ROUGH, SCORES, Services, Setting

_BEFORE = 48
"""Good windows before the drop: evidence that had begun to rest."""


def delays(rng: np.random.Generator, setting: Setting, drop: float, runs: int, horizon: int) -> dict[str, list[float]]:
    """Return windows until each rule alarms after one of 20 monitors dropped; infinite beyond the horizon.

    One stream a service is simulated: it crosses alone at log A + log 20, and the others only help.
    """
    services = Services(rng, runs, setting, monitors=1)
    counts = services.counts(_BEFORE + horizon, drop, after=_BEFORE)
    evidence = services.watch(counts) - math.log(MONITORS)
    means = counts @ LEVELS / SCORES
    found: dict[str, list[float]] = {"first key": [], "both keys": [], "oracle": []}
    rules = verdicts(services, counts)
    found |= {rule: [] for rule in rules}
    ratio = np.log(odds(BASE - drop)) - np.log(odds(BASE))
    for run in range(runs):
        crossed = evidence[_BEFORE:, run] >= LINE
        both = np.zeros_like(crossed)
        for t in np.flatnonzero(crossed):
            both[t] = services.second_key(run, evidence[_BEFORE + t], means[: _BEFORE + t + 1], until=_BEFORE + t + 1)
            if both[t]:
                break
        found["first key"].append(first_alarm(crossed))
        found["both keys"].append(first_alarm(both))
        found["oracle"].append(_cusum(counts[:, run] @ ratio))
        for rule, alarms in rules.items():
            found[rule].append(first_alarm(alarms[_BEFORE:, run]))
    return found


def _cusum(gains: np.ndarray) -> float:
    """Return the delay of the detector that knows both distributions, at the same line."""
    total = 0.0
    for t, gain in enumerate(gains):
        total = max(total, 0.0) + float(gain)
        if t >= _BEFORE and total >= LINE + math.log(MONITORS):
            return t - _BEFORE + 1
    return math.inf


def rows(seed: int, *, quick: bool) -> list[Row]:
    """Return median delays, and the share of alarms at a drop below the margin that would roll back."""
    rng = np.random.default_rng(seed)
    found = []
    for name, setting, drop, must, horizon in (
        ("i.i.d., baseline 20,000", IID, 0.05, 5, 60),
        ("i.i.d., baseline 20,000", IID, 0.10, 2, 60),
        ("i.i.d., baseline 20,000", IID, 0.02, 40, 400),
        ("hours sd 0.01, AR sd 0.0045, 28-day baseline", REALISTIC, 0.05, 9, 200),
        ("hours sd 0.01, AR sd 0.01, 28-day baseline", ROUGH, 0.05, 9, 300),
    ):
        told = {
            rule: float(np.median(some))
            for rule, some in delays(rng, setting, drop, 60 if quick else 300, horizon).items()
        }
        ours, first, oracle = told.pop("both keys"), told.pop("first key"), told.pop("oracle")
        found.append(
            Row(
                name=f"median delay, drop {drop:.2f}, {name}",
                must=f"≤ {must}",
                oracle=f"{oracle:g}",
                ours=f"{ours:g} (first key {first:g})",
                met=ours <= must,
                tools=", ".join(f"{rule} {_windows(delay)}" for rule, delay in told.items()),
            )
        )
    return [*found, _below_margin(rng, 100 if quick else 400)]


def _below_margin(rng: np.random.Generator, runs: int) -> Row:
    """Drop 0.01, eight weeks: crossings of the line, and those where the second key turned too."""
    told = delays(rng, IID, 0.01, runs, 1344)
    alarms = int(np.isfinite(told["first key"]).sum())
    rolled = int(np.isfinite(told["both keys"]).sum())
    share = rolled / max(alarms, 1)
    return Row(
        name="a drop of 0.01, below the margin, rolls back",
        must="≤ 5 % of alarms",
        oracle="0",
        ours=f"{share:.1%} ({rolled} of {alarms} alarms in {runs} runs of 8 weeks)",
        met=share <= 0.05,
    )


def _windows(delay: float) -> str:
    return "never" if math.isinf(delay) else f"{delay:g}"
