"""A baseline whose mean wanders by itself lends half of the evidence to what lies beyond."""

import numpy as np
import pytest

from tasks.domain.settings.monitors import Monitors
from tasks.domain.summary import WindowSummary
from tasks.monitors import catalog
from tasks.monitors.base import Moment
from tasks.monitors.reference import Reference
from tasks.stats.slow_changes import ALLOWED_SDS
from tests.made import window


def baseline(sd: float, seed: int = 91) -> Reference:
    """Two weeks of release 1, whose share of bad answers wanders."""
    rng = np.random.default_rng(seed)
    at, windows = 0.0, []
    for hour in range(14 * 24):
        at = 0.95 * at + rng.normal(0, sd * np.sqrt(1 - 0.95**2))
        windows.append(window(rng, hour, rows=60, bad=float(np.clip(0.2 + at, 0, 1))))
    return Reference(windows, "1", own=False)


def moment(reference: Reference, features: dict[str, float], summary: WindowSummary) -> Moment:
    """The window in question."""
    return Moment(summary=summary, reference=reference, design_effects=features)


def test_a_steady_baseline_has_one_feature_a_comparison() -> None:
    """Nothing wanders, nothing is allowed for."""
    keys = [feature.key for feature in catalog.features(Monitors(), baseline(0.0), strict=False)]
    assert "quality/mean" in keys
    assert not any(key.endswith("/sudden") for key in keys)


def test_a_wandering_baseline_has_a_second_feature_that_allows_for_it() -> None:
    """The long-run design effect tempers the first, a margin spares the second from waiting."""
    reference = baseline(0.1)
    features = {feature.key: feature for feature in catalog.features(Monitors(), reference, strict=False)}
    lasting, sudden = features["quality/mean"], features["quality/sudden"]
    spread = np.std([np.mean(w.judged.quality) for w in reference.windows])
    assert lasting.margin == 0
    assert 0.4 * ALLOWED_SDS * spread < sudden.margin < 1.2 * ALLOWED_SDS * spread
    assert lasting.design_effect == sudden.design_effect > 3
    assert lasting.window_effect is None
    assert 1 <= sudden.window_effect < 2
    effects = {"quality/mean": lasting.design_effect, "quality/sudden": sudden.window_effect}
    seen = catalog.observe(Monitors(), moment(reference, effects, reference.windows[-1]))
    assert seen["quality/mean"].design_effect == pytest.approx(lasting.design_effect)
    assert seen["quality/sudden"].design_effect == pytest.approx(sudden.window_effect)


def test_strict_mode_allows_for_the_larger_of_margin_and_wandering() -> None:
    """Strict mode puts the margin into the boundary; what wanders further is allowed for as well."""
    features = {feature.key: feature for feature in catalog.features(Monitors(), baseline(0.1), strict=True)}
    assert features["quality/mean"].margin == Monitors().quality.margin < features["quality/sudden"].margin
