"""What a monitor found in one window: a value with its interval, what it is compared with, and the reason in words."""

from __future__ import annotations

from dataclasses import dataclass, field

from tasks.domain.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One monitor's word on one window.

    Attributes:
        monitor: `quality`, `latency`, ..., `judge`, `drift/<column>/<statistic>`.
        verdict: This monitor's own.
        reason: Why, in words a person reads; complete by itself.
        value: The measured level in the monitor's own unit.
        interval: 95 % interval of the value.
        baseline: The baseline's level, same unit.
        effect: Value minus baseline, oriented so that negative is worse.
        evidence: Log e-value accumulated over the release's windows; None where the monitor bets on nothing.
        detectable: The smallest fall against the baseline that shows within a day at this window's sample size, in the
            unit of the share or score that is bet on; None where there is no comparison or nothing would show.
        absolute: Whether the verdict comes from an absolute objective alone.
        objective: What is demanded of the value, in words; the reason ends with it.
        behind: What this window's whole interval lies on the bad side of, in words; empty where it does not.
        advice: What a breached objective means here and what to do about it, where there is more to say.
        metrics: What is recorded in MLflow, by metric name.
    """

    monitor: str
    verdict: Verdict
    reason: str
    value: float | None = None
    interval: tuple[float, float] | None = None
    baseline: float | None = None
    effect: float | None = None
    evidence: float | None = None
    detectable: float | None = None
    absolute: bool = False
    objective: str = ""
    behind: str = ""
    advice: str = ""
    metrics: dict[str, float] = field(default_factory=dict)
