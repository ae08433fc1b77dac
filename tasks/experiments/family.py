"""Which tests a comparison keeps, and at which levels: a wrong stop and a wrong promotion are each bounded by alpha."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tasks.domain.settings.experiments import Experiment, Metric
from tasks.experiments.state import Tests
from tasks.stats.family import combine
from tasks.stats.paired import PairedTest


@dataclass(frozen=True, slots=True)
class Family:
    """The tests of all metrics.

    A *stop* needs the weighted mean of the e-values against "as good" to reach 1 / α_stop: valid under any dependence
    between metrics, half the weight is the primary's. A *promotion* needs every guardrail's non-inferiority test and
    the primary's own, each at alpha: a candidate that is bad in any metric must pass that metric's test (an
    intersection-union test needs no correction). With the goal `better`, alpha is halved between a stop and "better",
    so that two equal releases are told apart in at most alpha of all tests.

    Attributes:
        experiment: What the test asks.
    """

    experiment: Experiment

    @property
    def alpha_stop(self) -> float:
        """Chance to stop a candidate that is as good in every metric."""
        asked = self.experiment
        return asked.alpha / 2 if asked.goal == "better" else asked.alpha

    def tests(self, metric: Metric) -> tuple[PairedTest, PairedTest, PairedTest]:
        """Return the tests for worse, not worse and better."""
        alpha, margin = self.experiment.alpha, getattr(self.experiment.margins, metric)
        return (
            PairedTest(alpha=self.alpha_stop, alternative="worse"),
            PairedTest(alpha=alpha, alternative="not_worse", margin=margin),
            PairedTest(alpha=alpha / 2, alternative="not_worse"),
        )

    def weight(self, metric: Metric) -> float:
        """Return the metric's share of the wrong stops."""
        guardrails = self.experiment.guardrails
        if not guardrails:
            return 1.0
        return 0.5 if metric == self.experiment.primary else 0.5 / len(guardrails)

    def against(self, tests: Mapping[str, Tests]) -> float:
        """Return the log e-value against "the candidate is as good in every metric"."""
        metrics = self.experiment.metrics
        return combine(
            [tests[metric].worse.log_evidence if metric in tests else 0.0 for metric in metrics],
            [self.weight(metric) for metric in metrics],
        )

    @property
    def stop_line(self) -> float:
        """Where that stops the candidate."""
        return -math.log(self.alpha_stop)

    def culprit(self, tests: Mapping[str, Tests]) -> Metric:
        """Return the metric that says most against the candidate."""
        known = [metric for metric in self.experiment.metrics if metric in tests]
        return max(known, key=lambda metric: tests[metric].worse.log_evidence + math.log(self.weight(metric)))
