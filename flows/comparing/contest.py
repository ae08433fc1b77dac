"""What a run of `compare` was asked to do, checked and gathered once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.evaluating.asking import rubric_of
from flows.records.ab_tests import ABTest, newest_test
from flows.records.mandate import Mandate
from flows.running.clock import now
from flows.running.credentials import secret
from tasks.domain.errors import SettingsError
from tasks.domain.settings.experiments import Experiment
from tasks.domain.settings.judging import Judge, Sampling
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.policy import Alerts, Policy, Target
from tasks.domain.window import aware_utc, ceil, floor, parse_delay, parse_length
from tasks.judging import asked_hash, judge_model, require_key
from tasks.judging.rubrics import Rubric
from tasks.store import Store

_JUDGED = {"quality", "toxicity"}

_USUAL = timedelta(days=1)
"""Before a test, the control shows for this long what latency and cost are usual; it takes 500 values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Settings of a comparison, with everything that follows from them.

    Attributes:
        start: Where logs are read from first; None: as far back as max_catch_up.
        end: Up to here; None: now, less the settle delay.
        test: The A/B test that was started and is followed; None: two releases were named.
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
    end: datetime | None
    test: ABTest | None
    rubric: Rubric
    api_key: str | None
    key: str
    now: datetime

    @property
    def mandate(self) -> Mandate:
        """What may be done about its decision."""
        return Mandate(self.policy, self.target, self.alerts)

    @property
    def judges(self) -> bool:
        """Whether any metric needs the judge."""
        return bool(_JUDGED & set(self.experiment.metrics))

    @property
    def began(self) -> datetime | None:
        """Start of the first window that counts: all of it lies in the test, or the split would seem off."""
        return ceil(self.test.began, self.length) if self.test else None

    @property
    def until(self) -> datetime | None:
        """End of the last window that counts: all of it lies in the test; None while it is open."""
        return floor(self.test.ended, self.length) if self.test and self.test.ended else None

    @property
    def described(self) -> dict[str, str]:
        """The settings, for the record; no secret is among them, only names."""
        return {
            "control": self.control,
            "candidate": self.candidate,
            "experiment": self.experiment.model_dump_json(),
            "sampling": self.sampling.model_dump_json(),
            "judge": judge_model(self.judge) if self.judges else "none",
            "policy.mode": self.policy.mode,
        }


def contest(
    service: str,
    control: str | None,
    candidate: str | None,
    logs: LogSource,
    judge: Judge,
    sampling: Sampling,
    experiment: Experiment,
    policy: Policy,
    target: Target,
    alerts: Alerts,
    window: str,
    start: datetime | None,
    end: datetime | None,
) -> Contest | None:
    """Check the settings against each other and work out what follows from them; None when no test is to be followed.

    Raises:
        SettingsError: when a release is compared with itself, or only one is named; or start is not before end.
        JudgeError: when a key is needed and missing.
    """
    if (control is None) != (candidate is None):
        raise SettingsError("control and candidate go together; leave both out to follow the open A/B test")
    if control is not None and control == candidate:
        raise SettingsError(f"control and candidate are both {control!r}; name two releases")
    rubric, length = rubric_of(judge), parse_length(window)
    since, until = (aware_utc(at, name) if at else None for at, name in ((start, "start"), (end, "end")))
    if since is not None and until is not None and since >= until:
        raise SettingsError(f"start {since.isoformat()} is not before end {until.isoformat()}; swap or widen them")
    test = None
    if control is None or candidate is None:
        test = _followed(service, policy)
        if test is None:
            return None
        control, candidate, experiment = test.control, test.candidate, test.experiment
        since = since or floor(test.began - _USUAL, length)
    judges = bool(_JUDGED & set(experiment.metrics))
    api_key = secret(judge.api_key) if judges and judge.asks_a_model else None
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
        *([test.id] if test else []),
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
        end=until,
        test=test,
        rubric=rubric,
        api_key=api_key,
        key=hashlib.sha256("\x1f".join(named).encode("utf-8", "surrogatepass")).hexdigest()[:16],
        now=now(),
    )


def _followed(service: str, policy: Policy) -> ABTest | None:
    """Return the test to follow: the newest, while it is open and as long after its end as a decision is fresh."""
    with Store.open() as store:
        test = newest_test(store, service)
    if test is None or (test.ended is not None and test.ended < now() - parse_delay(policy.freshness)):
        return None
    return test
