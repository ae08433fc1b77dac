"""Scores within known segments."""

import numpy as np
import pytest

from tasks.domain.settings.monitors import Monitors
from tasks.domain.summary import JudgedScores, WindowSummary
from tasks.monitors import catalog
from tasks.monitors.base import Moment
from tasks.monitors.reference import Reference
from tasks.monitors.segments import ENOUGH, segment_means, within_segments
from tests.made import window


def hour(at: int, scores: dict[str, list[float]]) -> WindowSummary:
    """An hour with these scores by segment; the name "" stands for none."""
    names = [name for name in scores if name]
    pairs = [(value, names.index(name) if name else -1) for name, values in scores.items() for value in values]
    judged = JudgedScores(
        quality=[value for value, _ in pairs],
        toxicity=[0.0] * len(pairs),
        content=list(range(at * 100, at * 100 + len(pairs))),
        segment=[place for _, place in pairs],
        segments=names,
    )
    return window(np.random.default_rng(at), at, rows=len(pairs), judged=judged)


def baseline() -> list[WindowSummary]:
    """Easy about 0.9, hard about 0.5, rare about 0.1 with too few scores."""
    return [hour(at, {"easy": [0.8, 1.0], "hard": [0.4, 0.6], "rare": [0.1] * (at < 9), "": [0.0]}) for at in range(30)]


def test_only_segments_with_enough_scores_have_a_mean() -> None:
    """And rows without a segment belong to none."""
    assert ENOUGH == 50
    assert segment_means(baseline(), "quality") == pytest.approx({"easy": 0.9, "hard": 0.5})
    assert segment_means(baseline()[:24], "quality") == {}


def test_a_single_segment_is_none() -> None:
    """Within it a change of the inputs cannot be told from a change of the release."""
    assert segment_means([hour(at, {"easy": [0.8, 1.0]}) for at in range(30)], "quality") == {}


def test_residuals_drop_unseen_segments_and_stay_in_the_unit_interval() -> None:
    """`(score − mean + 1) / 2`; names count, not positions."""
    means = {"easy": 0.9, "hard": 0.5}
    seen = within_segments(hour(0, {"new": [0.2], "hard": [0.5, 1.0], "easy": [0.4], "": [0.3]}), "quality", means)
    assert sorted(seen) == pytest.approx([0.25, 0.5, 0.75])
    assert within_segments(hour(0, {"new": [0.2]}), "quality", means).size == 0


def test_quality_within_segments_is_held_in_reserve() -> None:
    """Bet on beside the families, with the baseline's residuals; a window of unseen segments says nothing."""
    reference = Reference(baseline(), "1", own=False)
    features = {feature.key: feature for feature in catalog.features(Monitors(), reference, strict=False)}
    reserve = features["quality/segments"]
    assert reserve.reserve
    assert reserve.baseline_mean == pytest.approx(0.5)
    assert reserve.baseline_size == 120
    moment = Moment(summary=hour(40, {"new": [0.5] * 9}), reference=reference, design_effects={})
    assert "quality/segments" not in catalog.observe(Monitors(), moment)
    moment = Moment(summary=hour(40, {"easy": [0.9], "hard": [0.1] * 9}), reference=reference, design_effects={})
    assert catalog.observe(Monitors(), moment)["quality/segments"].mean == pytest.approx((0.5 + 9 * 0.3) / 10)
