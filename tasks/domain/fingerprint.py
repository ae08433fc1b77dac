"""Which settings make the same question: the hash under which windows, summaries and evidence are kept.

Three parts: what is asked (rubric, judge model, parser; hashed where judging is), what is tolerated (monitors,
sampling, window, baseline; hashed here), and who does it and is told (concurrency, limits, addresses, policy, alerts):
the third is left out, because no number depends on it.
"""

from __future__ import annotations

import hashlib

from tasks.domain.settings.judging import Judge, Sampling
from tasks.domain.settings.monitors import Monitors
from tasks.domain.settings.policy import Baseline


def configuration_hash(
    asked: str, monitors: Monitors, sampling: Sampling, window: str, baseline: Baseline, judge: Judge
) -> str:
    """Return 16 hexadecimal digits naming a configuration.

    Args:
        asked: Hash of what is asked of the judge.
        monitors: What is watched.
        sampling: What is shown to the judge.
        window: Length of a window.
        baseline: What a release is compared with.
        judge: Only its coverage floor is tolerated rather than asked.
    """
    tolerated = [
        monitors.model_dump_json(),
        sampling.model_dump_json(),
        window,
        baseline.model_dump_json(),
        str(judge.coverage_floor),
    ]
    return hashlib.sha256("\x1f".join([asked, *tolerated]).encode()).hexdigest()[:16]
