"""Made-up services of 20 quality monitors with their baselines, watched the way a release on trial is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tasks.stats.edetector import MeanDetector, change_point, design_effect_of_sums, log_threshold
from tasks.stats.slow_changes import slow_changes
from tasks.stats.window_scores import Floats
from tests.bench.detector_arrays import DetectorArrays
from tests.bench.level_scores import BASE, HOURS, LEVELS, autoregression, hour_profile, odds

MONITORS = 20
SCORES = 200
YEAR = 8_760
LINE = log_threshold(YEAR, 0.1)
MARGIN = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the scores of an unchanged service do.

    Attributes:
        hours_sd: How far the hours of the day differ.
        ar_sd: Standard deviation of slow changes without any cause.
        rho: Their correlation from one window to the next.
        baseline_windows: Length of the baseline; by strata and with an estimated design effect from 14 days.
        tempered: Whether hours and dependence are taken into account.
    """

    hours_sd: float = 0.0
    ar_sd: float = 0.0
    rho: float = 0.95
    baseline_windows: int = 100
    tempered: bool = True

    @property
    def by_hour(self) -> bool:
        """Whether the baseline is stratified by hour."""
        return self.tempered and self.hours_sd > 0 and self.baseline_windows >= 14 * HOURS


IID = Setting()
REALISTIC = Setting(hours_sd=0.01, ar_sd=0.0045, baseline_windows=28 * HOURS)
ROUGH = Setting(hours_sd=0.01, ar_sd=0.01, baseline_windows=28 * HOURS)


class Services:
    """Several services with fresh baselines.

    Args:
        rng: Source of chance.
        services: How many.
        setting: What their scores do.
        monitors: Monitors of each.
    """

    def __init__(self, rng: np.random.Generator, services: int, setting: Setting, monitors: int = MONITORS) -> None:
        self._rng, self.setting, self.monitors = rng, setting, monitors
        self.streams = services * monitors
        self._profile = hour_profile(rng, self.streams, setting.hours_sd)
        self._slow = rng.normal(0, setting.ar_sd, self.streams)
        self._drawn = self._watched = 0
        baseline = self.counts(setting.baseline_windows)
        self.baseline_means = baseline.sum(axis=0) @ LEVELS / baseline.sum(axis=(0, 2))
        self._by_hour = np.broadcast_to(self.baseline_means, (HOURS, self.streams))
        if setting.by_hour:
            hours = baseline.reshape(-1, HOURS, *baseline.shape[1:]).sum(axis=0)
            self._by_hour = hours @ LEVELS / hours.sum(axis=2)
        self.window_sd = (baseline @ LEVELS / SCORES).std(axis=0)
        self.baseline_counts = baseline.sum(axis=0)
        residuals = [self._residuals(baseline[:, stream]) for stream in range(self.streams)]
        estimated = setting.tempered and setting is not IID
        self.effects = np.array([design_effect_of_sums(*known) if estimated else 1.0 for known in residuals])
        self._lasting = self._arrays(baseline, np.zeros(self.streams))
        # Where slow changes are seen, half of the evidence bets on what lies beyond them, as in the monitors.
        slow = [slow_changes(*known) for known in residuals] if estimated else []
        self._wandered = np.array([known.sd > 0 for known in slow] or [False] * self.streams)
        self._remaining = np.array([known.remaining_effect for known in slow] or [1.0] * self.streams)
        allowed = np.array([known.allowance for known in slow] or [0.0] * self.streams)
        self._sudden = self._arrays(baseline, allowed) if self._wandered.any() else None

    def counts(self, windows: int, drop: float = 0.0, after: int = 0) -> Floats:
        """Return level counts in the next windows, shape [windows, streams, levels], with a drop from `after` on."""
        slow = autoregression(self._rng, self._slow, windows, self.setting.ar_sd, self.setting.rho)
        hours = (self._drawn + np.arange(windows)) % HOURS
        self._slow, self._drawn = slow[-1], self._drawn + windows
        means = BASE + self._profile[:, hours].T + slow
        means[after:] -= drop
        return self._rng.multinomial(SCORES, odds(means)).astype(np.float64)

    def watch(self, counts: Floats) -> Floats:
        """Return the log evidence of each monitor in each window, shape [windows, streams]."""
        return np.stack([self.step(window) for window in counts])

    def step(self, counts: Floats) -> Floats:
        """Return the log evidence after the next window."""
        hour = (self.setting.baseline_windows + self._watched) % HOURS
        self._watched += 1
        stratum = hour if self.setting.by_hour else None
        lasting = self._lasting.update(counts, self.effects, stratum)
        if self._sudden is None:
            return lasting
        sudden = self._sudden.update(counts, self._remaining, stratum)
        return np.where(self._wandered, np.logaddexp(lasting, sudden) - math.log(2), lasting)

    def restart(self, service: int) -> None:
        """Begin the evidence of a service's monitors anew."""
        streams = np.arange(service * self.monitors, (service + 1) * self.monitors)
        for arrays in (self._lasting, self._sudden):
            if arrays is not None:
                arrays.restart(streams)

    def family(self, evidence: Floats) -> Floats:
        """Return each service's family evidence with even weights, last axis."""
        grouped = evidence.reshape(*evidence.shape[:-1], -1, self.monitors)
        return np.logaddexp.reduce(grouped, axis=-1) - math.log(self.monitors)

    def second_key(self, service: int, evidence: Floats, means: Floats, until: int) -> bool:
        """Whether the strongest monitor's estimated drop is at least the margin.

        Args:
            service: Which one.
            evidence: Of all streams now.
            means: Of all streams in the windows since the last fresh start.
            until: How many windows were watched, the last of `means` included.
        """
        streams = slice(service * self.monitors, (service + 1) * self.monitors)
        culprit = streams.start + int(np.argmax(evidence[streams]))
        sizes = np.full(len(means), float(SCORES))
        hours = (self.setting.baseline_windows + until - len(means) + np.arange(len(means))) % HOURS
        return change_point(means[:, culprit], sizes, self._by_hour[hours, culprit]).drop >= MARGIN

    def _residuals(self, counts: Floats) -> tuple[Floats, Floats, float]:
        """Return (sums of residuals, sizes, variance of one residual) of one stream's baseline."""
        sums, sizes = counts @ LEVELS, counts.sum(axis=1)
        place = np.arange(len(counts)) % HOURS if self.setting.by_hour else np.zeros(len(counts), dtype=int)
        mean = (np.bincount(place, sums) / np.bincount(place, sizes))[place]
        squares = float((counts * (LEVELS - mean[:, None]) ** 2).sum())
        return sums - mean * sizes, sizes, squares / float(sizes.sum())

    def _arrays(self, baseline: Floats, margins: Floats) -> DetectorArrays:
        every = zip(range(self.streams), self.effects.tolist(), margins.tolist(), strict=True)
        return DetectorArrays([self._detector(baseline[:, k], effect, margin) for k, effect, margin in every], LEVELS)

    def _detector(self, counts: Floats, effect: float, margin: float) -> MeanDetector:
        if not self.setting.by_hour:
            return MeanDetector.against_baseline(
                LEVELS, counts=counts.sum(axis=0), log_threshold=LINE, design_effect=effect, margin=margin
            )
        hours = np.stack([counts[hour::HOURS].sum(axis=0) for hour in range(HOURS)])
        return MeanDetector.against_baseline(
            np.tile(LEVELS, HOURS),
            counts=hours.ravel(),
            strata=np.repeat(np.arange(HOURS), LEVELS.size),
            log_threshold=LINE,
            design_effect=effect,
            margin=margin,
        )
