"""Many detectors at once on few score levels: equal to `MeanDetector` (tested), a hundred times faster."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tasks.stats.edetector import MeanDetector
from tasks.stats.window_scores import Floats

_LARGEST = 1e250
"""Evidence beyond 575 nats is cut: nothing is decided up there, and doubles end at 709."""


class DetectorArrays:
    """Detectors side by side, updated with counts of levels.

    Args:
        detectors: All against baselines with the same strata.
        levels: The scores that occur.
    """

    def __init__(self, detectors: Sequence[MeanDetector], levels: Floats) -> None:
        self._gains = {
            stratum: np.stack([_gains(detector, stratum, levels) for detector in detectors])
            for stratum in detectors[0].stakes
        }
        self._baseline = np.stack([detector.log_baseline for detector in detectors])
        cells, bets = detectors[0].stakes[None].bets.shape
        self._shape = (len(detectors), cells, bets)
        self._wealth = np.zeros((len(detectors), cells * bets))
        self._windows = np.zeros(len(detectors))

    def restart(self, which: Floats) -> None:
        """Begin the chosen ones anew."""
        self._wealth[which] = 0.0
        self._windows[which] = 0.0

    def update(self, counts: Floats, effects: float | Floats = 1.0, stratum: object = None) -> Floats:
        """Return the log evidence of each after one more window; −inf before a detector's first.

        Args:
            counts: How often each level was seen, shape [detectors, levels]; a row of zeros changes nothing.
            effects: Design effects, one for all or one a detector.
            stratum: The window's.
        """
        tempered = counts / np.broadcast_to(effects, counts.shape[:1])[:, None]
        gain = np.matmul(tempered[:, None, :], self._gains[stratum])[:, 0, :]
        np.exp(gain, out=gain)
        seen = counts.any(axis=1)
        if seen.all():
            self._wealth += 1.0
            self._wealth *= gain
        else:
            self._wealth[seen] = (self._wealth[seen] + 1.0) * gain[seen]
        np.minimum(self._wealth, _LARGEST, out=self._wealth)
        self._windows += seen
        total = self._wealth.reshape(self._shape).sum(axis=2) + self._windows[:, None]
        with np.errstate(divide="ignore"):
            return (np.log(total) + self._baseline).min(axis=1) - np.log(self._shape[2] + 1)


def _gains(detector: MeanDetector, stratum: object, levels: Floats) -> Floats:
    """Return the log gain of each cell's bets at each level, shape [levels, cells × bets]."""
    stake = detector.stakes[stratum]
    gains = np.log1p(stake.bets[:, :, None] * (stake.c[:, None, None] - levels))
    return gains.reshape(-1, levels.size).T.copy()
