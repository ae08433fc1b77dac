"""Every monitor of the catalog, whatever it watches, keeps the same promises."""

from typing import get_args

import numpy as np
import pytest

from tasks.domain.feature import Boundary
from tasks.domain.settings.monitors import DriftStatistic, Monitors
from tasks.domain.summary import WindowSummary
from tasks.domain.verdict import Verdict
from tasks.monitors import catalog
from tasks.monitors.base import Moment, NotMeasured
from tasks.monitors.reference import Reference
from tasks.stats.drift.catalog import NUMERIC
from tests.made import HOUR, START, window

SETTINGS = Monitors()


@pytest.fixture(scope="module")
def reference() -> Reference:
    """Three days of a healthy release."""
    rng = np.random.default_rng(1)
    return Reference([window(rng, at) for at in range(72)], "1", own=False)


def moment(summary: WindowSummary, reference: Reference | None) -> Moment:
    """A window with nothing special around it."""
    return Moment(
        summary=summary,
        reference=reference,
        service_rows=summary.rows,
        spent_today_usd=summary.cost_usd,
        design_effects={},
    )


def test_whatever_can_be_set_is_in_its_catalog() -> None:
    """A setting without a monitor behind it would watch nothing; a test that is no choice would never be shown."""
    assert set(Monitors.model_fields) <= set(catalog.CATALOG)
    assert set(get_args(DriftStatistic)) == set(NUMERIC)


@pytest.mark.parametrize("name", catalog.CATALOG)
def test_a_window_without_any_row_or_column_is_no_error(name: str, reference: Reference) -> None:
    """Nothing measured is a reason or an inconclusive finding, never an exception or a score of 0."""
    empty = WindowSummary(service="s", release="2", window_start=START, window_end=START + HOUR)
    monitor = catalog.CATALOG[name]
    found = monitor.findings(SETTINGS, moment(empty, reference))
    assert isinstance(found, NotMeasured) or all(f.verdict is not Verdict.FAIL for f in found)
    assert all(observation.size for observation in monitor.observe(SETTINGS, moment(empty, reference)).values())


@pytest.mark.parametrize("name", catalog.CATALOG)
def test_observations_are_bounded_and_belong_to_a_feature(name: str, reference: Reference) -> None:
    """Whatever a monitor observes lies in [0, 1] and is bet on by one of its features."""
    monitor = catalog.CATALOG[name]
    features = {feature.key for feature in monitor.features(SETTINGS, reference, strict=False)}
    seen = monitor.observe(SETTINGS, moment(window(np.random.default_rng(2), 80), reference))
    assert set(seen) <= features
    for observation in seen.values():
        assert min(observation.values) >= 0
        assert max(observation.values) <= 1
        assert observation.design_effect >= 1


@pytest.mark.parametrize("name", catalog.CATALOG)
def test_without_a_baseline_only_objectives_are_bet_on(name: str) -> None:
    """A first release is held against objectives alone."""
    features = catalog.CATALOG[name].features(SETTINGS, None, strict=False)
    assert all(feature.boundary is Boundary.OBJECTIVE for feature in features)


@pytest.mark.parametrize("name", catalog.CATALOG)
def test_every_finding_says_why(name: str, reference: Reference) -> None:
    """A finding names its monitor and carries a reason in words."""
    found = catalog.CATALOG[name].findings(SETTINGS, moment(window(np.random.default_rng(3), 80), reference))
    for finding in () if isinstance(found, NotMeasured) else found:
        assert finding.monitor.split("/")[0] == name
        assert len(finding.reason) > 5


def test_a_disabled_monitor_is_silent(reference: Reference) -> None:
    """What is switched off makes neither features nor findings nor an excuse."""
    off = Monitors.model_validate({"latency": {"enabled": False}})
    found, missing = catalog.find(off, moment(window(np.random.default_rng(4), 80), reference))
    assert "latency" not in missing
    assert all(finding.monitor != "latency" for finding in found)
    assert all(feature.monitor != "latency" for feature in catalog.features(off, reference, strict=False))


def test_baseline_features_have_the_baselines_own_mean(reference: Reference) -> None:
    """The share within an estimated quantile is measured, not assumed: estimated quantiles and ties would alarm."""
    features = {f.key: f for f in catalog.features(SETTINGS, reference, strict=False)}
    q50 = features["latency/q50"]
    values, counts = zip(
        *sorted(zip(reference.column("latency_ms").values, reference.column("latency_ms").counts, strict=True)),
        strict=True,
    )
    shares = np.cumsum(counts) / sum(counts)
    assert q50.baseline_mean == pytest.approx(shares[np.searchsorted(shares, 0.5)], abs=1e-12)
    assert features["drift/latency_ms/rank/up"].baseline_mean == pytest.approx(0.5)
    assert values


def test_strict_mode_puts_the_margin_into_the_boundary(reference: Reference) -> None:
    """Two keys bet against the baseline's mean; strict bets against the mean less the margin."""
    by_mode = {
        strict: {f.key: f.margin for f in catalog.features(SETTINGS, reference, strict=strict)}
        for strict in (False, True)
    }
    assert by_mode[False]["quality/mean"] == 0
    assert by_mode[True]["quality/mean"] == SETTINGS.quality.margin
    assert by_mode[False]["drift/score/rank/up"] == SETTINGS.drift.tolerance
