"""What a run of `compare` was asked to do, checked and gathered once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.clock import now
from flows.credentials import secret
from tasks.domain.errors import SettingsError
from tasks.domain.settings.experiments import Experiment
from tasks.domain.settings.judging import Judge, Sampling
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.policy import Alerts, Policy, Target
from tasks.domain.window import aware_utc, parse_length
from tasks.judging import asked_hash, require_key
from tasks.judging.rubrics import Rubric, rubric_named

_JUDGED = {"quality", "toxicity"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Settings of a comparison, with everything that follows from them.

    Attributes:
        key: Names the comparison: what is asked, of which releases, since when.
    """

    service: str
    control: str
    candidate: str
    logs: LogSource
    judge: Judge
    sampling: Sampling
    experiment: Experiment
    policy: Policy
    target: Target
    alerts: Alerts
    length: timedelta
    start: datetime | None
    rubric: Rubric
    api_key: str | None
    key: str
    now: datetime

    @property
    def judges(self) -> bool:
        """Whether any metric needs the judge."""
        return bool(_JUDGED & set(self.experiment.metrics))

    @property
    def described(self) -> dict[str, str]:
        """The settings, for the record; no secret is among them, only names."""
        return {
            "control": self.control,
            "candidate": self.candidate,
            "experiment": self.experiment.model_dump_json(),
            "sampling": self.sampling.model_dump_json(),
            "judge": f"{self.judge.provider} {self.judge.model}" if self.judges else "none",
            "policy.mode": self.policy.mode,
        }


def contest(
    service: str,
    control: str,
    candidate: str,
    logs: LogSource,
    judge: Judge,
    sampling: Sampling,
    experiment: Experiment,
    policy: Policy,
    target: Target,
    alerts: Alerts,
    window: str,
    start: datetime | None,
) -> Contest:
    """Check the settings against each other and work out what follows from them.

    Raises:
        SettingsError: when a release is compared with itself.
        JudgeError: when a key is needed and missing.
    """
    if control == candidate:
        raise SettingsError(f"control and candidate are both {control!r}; name two releases")
    rubric, length = rubric_named(judge.rubric), parse_length(window)
    since = aware_utc(start, "start") if start is not None else None
    judges = bool(_JUDGED & set(experiment.metrics))
    api_key = secret(judge.api_key) if judges and judge.provider == "openai" else None
    if judges:
        require_key(judge, api_key)
    named = [
        service,
        control,
        candidate,
        asked_hash(judge, rubric) if judges else "",
        str(judge.coverage_floor),
        sampling.model_dump_json(),
        experiment.model_dump_json(),
        window,
        since.isoformat() if since else "",
    ]
    return Contest(
        service=service,
        control=control,
        candidate=candidate,
        logs=logs,
        judge=judge,
        sampling=sampling,
        experiment=experiment,
        policy=policy,
        target=target,
        alerts=alerts,
        length=length,
        start=since,
        rubric=rubric,
        api_key=api_key,
        key=hashlib.sha256("\x1f".join(named).encode("utf-8", "surrogatepass")).hexdigest()[:16],
        now=now(),
    )
