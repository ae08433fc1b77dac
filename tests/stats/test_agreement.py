"""Agreement and correction agree with published numbers and cover the truth."""

import numpy as np
import pytest
from scipy import stats

from tasks.stats.agreement import cohen_kappa, kendall, krippendorff_alpha, prediction_powered_mean, spearman
from tests.bench.ppi_coverage import simulate

NAN = float("nan")
PUBLISHED = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (([1.0], [1.0, 1.0], [1.0]), "2 judge_labeled scores for 1 human"),
        (([1.0], [1.0], [1.0]), "1 human labels: needs at least 2"),
        (([], [1.0, 0.0], [1.0, 0.0]), "judge_all is empty"),
        (([1.0, NAN], [1.0, 0.0], [1.0, 0.0]), "judge_all: .*nan.* is not finite"),
    ],
)
def test_bad_labels_are_named(asked: tuple, words: str) -> None:
    """Each error says which input and what is wrong."""
    with pytest.raises(ValueError, match=words):
        prediction_powered_mean(*asked)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 1.5, NAN])
def test_a_confidence_outside_zero_and_one_is_refused(confidence: float) -> None:
    """The error names it."""
    with pytest.raises(ValueError, match="confidence"):
        prediction_powered_mean([0.5, 0.6], [0.5, 0.6], [0.5, 0.6], confidence=confidence)


def test_the_correction_covers_the_truth_where_the_judge_alone_never_does() -> None:
    """At a judge bias of +0.08, 100 labels and a correlation of 0.75."""
    found = simulate(7, 600)
    assert found["ppi"] >= 0.92
    assert found["naive"] == 0
    assert found["width"] <= 0.72


def test_a_useless_judge_leaves_the_labels_own_interval() -> None:
    """λ falls to 0 when the judge says nothing."""
    rng = np.random.default_rng(1)
    human = rng.random(80)
    found = prediction_powered_mean(np.full(500, 0.5), np.full(80, 0.5), human)
    half = stats.t.ppf(0.975, 79) * human.std(ddof=1) / np.sqrt(80)
    assert found.estimate == pytest.approx(human.mean())
    assert found.high - found.estimate == pytest.approx(half)


def test_strata_weigh_by_their_share_of_all() -> None:
    """Labels taken half and half from a 90 : 10 population are weighed back."""
    rng = np.random.default_rng(2)
    strata_all = ["a"] * 900 + ["b"] * 100
    judge = np.concatenate([rng.normal(0.8, 0.05, 900), rng.normal(0.3, 0.05, 100)])
    labeled = np.concatenate([judge[:40], judge[900:940]])
    found = prediction_powered_mean(judge, labeled, labeled - 0.1, strata=(strata_all, ["a"] * 40 + ["b"] * 40))
    assert found.estimate == pytest.approx(judge.mean() - 0.1, abs=0.005)
    thin = prediction_powered_mean(judge, labeled, labeled - 0.1, strata=(strata_all, ["a"] * 77 + ["b"] * 3))
    assert np.isfinite(thin.estimate)


def test_krippendorff_gives_the_published_values() -> None:
    """Krippendorff (2011): nominal 0.743, ordinal 0.815, interval 0.849."""
    assert krippendorff_alpha(PUBLISHED) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(PUBLISHED, level="ordinal") == pytest.approx(0.815, abs=5e-4)
    assert krippendorff_alpha(PUBLISHED, level="interval") == pytest.approx(0.849, abs=5e-4)
    assert krippendorff_alpha([[1, 1, 1], [1, 1, 1]]) == 1
    with pytest.raises(ValueError, match="no item has two ratings"):
        krippendorff_alpha([[1, NAN], [NAN, 2]])
    with pytest.raises(ValueError, match="'ratio'"):
        krippendorff_alpha(PUBLISHED, level="ratio")  # type: ignore[arg-type]


def test_kappa_weighs_by_distance_and_knows_its_ends() -> None:
    """1 for equal ratings, about 0 by chance, more for near misses when weighted."""
    a, b = [1, 2, 3, 4, 5] * 10, [1, 2, 3, 5, 4] * 10
    plain, linear, quadratic = (cohen_kappa(a, b, weights=w) for w in (None, "linear", "quadratic"))
    assert plain == pytest.approx(0.5)
    assert plain < linear < quadratic < 1
    assert cohen_kappa(a, a) == 1
    assert cohen_kappa([1, 1], [1, 1]) == 1
    assert cohen_kappa([1, 1, 2, 2], [1, 2, 1, 2]) == 0
    with pytest.raises(ValueError, match="weights 'cubic'"):
        cohen_kappa(a, b, weights="cubic")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="0 and 0 ratings"):
        cohen_kappa([], [])


def test_rank_correlations_equal_scipy_and_constants_give_zero() -> None:
    """Ties included."""
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 5, 60), rng.integers(0, 5, 60)
    assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic)
    assert kendall(a, b) == pytest.approx(stats.kendalltau(a, b).statistic)
    assert spearman([1, 1, 1], [1, 2, 3]) == kendall([1, 2, 3], [1, 1, 1]) == 0
    with pytest.raises(ValueError, match="1 and 1 values"):
        spearman([1], [1])


def test_levels_that_nobody_gave_count_as_distance() -> None:
    """0 and 4 are four levels apart, though nothing lies between; without that they would be neighbours."""
    a, b = [0, 0, 4, 4, 3], [0, 4, 4, 4, 4]
    # Squared distances by the margins (2, 1, 2) and (1, 0, 4) of the levels 0, 3 and 4.
    expected = 1 - 17 / ((2 * 4 * 16 + 1 * 1 * 9 + 1 * 4 * 1 + 2 * 1 * 16) / 5)
    assert cohen_kappa(a, b, weights="quadratic", levels=range(5)) == pytest.approx(expected)
    assert cohen_kappa(a, b, weights="quadratic") != pytest.approx(expected)
    with pytest.raises(ValueError, match="rating 5 is none of the levels"):
        cohen_kappa([5], [1], levels=range(5))
