"""Drift tests agree with scipy and with the parity definitions, on ordinary and on degenerate samples."""

import math
import warnings

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from tasks.stats.drift import (
    Distance,
    TestResult,
    adjusted,
    compare_categorical,
    compare_numeric,
    effect_of,
    reading,
    summarize_reference,
)
from tasks.stats.drift.catalog import CATEGORICAL, NUMERIC
from tasks.stats.drift.reading import known

RNG = np.random.default_rng(5)
SAMPLES = {
    "continuous": (RNG.normal(0, 1, 300), RNG.normal(0.2, 1.1, 250)),
    "ties": (RNG.integers(0, 12, 400).astype(float), RNG.integers(1, 13, 300).astype(float)),
    "wide ties": (RNG.integers(0, 60, 400).astype(float), RNG.integers(0, 64, 300).astype(float)),
    "tiny": (np.array([1.0, 2.0, 4.0, 8.0, 9.0]), np.array([2.0, 3.0, 7.0])),
    "constant": (np.full(30, 3.0), RNG.integers(1, 6, 25).astype(float)),
    "unseen": (RNG.integers(0, 5, 50).astype(float), RNG.integers(3, 9, 60).astype(float)),
}


def one(name: str, reference, current):
    """The outcome of one test."""
    return compare_numeric(reference, current, tests=(name,))[0]


@pytest.mark.parametrize("name", NUMERIC)
def test_every_numeric_test_takes_degenerate_samples_without_a_warning(name: str) -> None:
    """Constants, single values and far-apart samples give a finite answer."""
    for reference, current in [([1.0] * 30, [1.0] * 20), ([1.0], [1.0]), ([0.0, 1.0], [5.0]), ([2.0] * 9, [3.0] * 9)]:
        outcome = one(name, reference, current)
        assert math.isfinite(outcome.value if isinstance(outcome, Distance) else outcome.statistic)
        if isinstance(outcome, TestResult):
            assert 0 <= outcome.p_value <= 1


@pytest.mark.parametrize("name", NUMERIC)
def test_a_sample_is_not_far_from_itself(name: str) -> None:
    """Distance 0, or a p-value that says nothing."""
    outcome = one(name, SAMPLES["wide ties"][0], SAMPLES["wide ties"][0])
    if isinstance(outcome, Distance):
        assert outcome.value == pytest.approx(0, abs=1e-12)
    else:
        assert outcome.p_value > 0.2
        assert outcome.effect == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", NUMERIC)
def test_missing_values_are_dropped_and_an_empty_side_is_named(name: str) -> None:
    """NaN and infinities are no values."""
    reference, current = SAMPLES["continuous"]
    dirty = np.concatenate([current, [np.nan, np.inf, -np.inf]])
    assert one(name, reference, dirty) == one(name, reference, current)
    with pytest.raises(ValueError, match="current: no finite value among 1"):
        one(name, reference, [np.nan])
    with pytest.raises(ValueError, match="reference: no finite value among 0"):
        one(name, [], current)


@pytest.mark.parametrize("catalog", [compare_numeric, compare_categorical])
def test_an_unknown_test_is_refused_with_the_known_ones(catalog) -> None:
    """The error lists what there is."""
    with pytest.raises(ValueError, match=r"no drift test 'kss'.*known: .*psi"):
        catalog([1, 2], [1, 2], tests=("kss",))


@pytest.mark.parametrize("kind", SAMPLES)
def test_ranks_and_distances_equal_scipy(kind: str) -> None:
    """To 1e-9, ties and tiny samples included."""
    reference, current = SAMPLES[kind]
    exact = {"rel": 1e-9, "abs": 1e-9}
    ks = one("ks", reference, current)
    assert (ks.statistic, ks.p_value) == pytest.approx(tuple(stats.ks_2samp(reference, current)), **exact)
    u = stats.mannwhitneyu(current, reference)
    mine = one("mann_whitney", reference, current)
    assert (mine.statistic, mine.p_value) == pytest.approx((u.statistic, u.pvalue), **exact)
    assert one("energy", reference, current).value == pytest.approx(stats.energy_distance(reference, current), **exact)
    w1 = stats.wasserstein_distance(reference, current) / max(reference.std(), 0.001)
    assert one("wasserstein", reference, current).value == pytest.approx(w1, **exact)
    cvm = stats.cramervonmises_2samp(reference, current)
    mine = one("cramer_von_mises", reference, current)
    assert (mine.statistic, mine.p_value) == pytest.approx((cvm.statistic, cvm.pvalue), **exact)


@pytest.mark.parametrize("kind", ["continuous", "ties", "wide ties", "unseen"])
def test_omnibus_tests_equal_scipy(kind: str) -> None:
    """Anderson–Darling with mid-ranks and Epps–Singleton, to 1e-9."""
    reference, current = SAMPLES[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # p-values beyond scipy's table
        found = stats.anderson_ksamp([reference, current], variant="midrank")
    mine = one("anderson_darling", reference, current)
    assert (mine.statistic, mine.p_value) == pytest.approx((found.statistic, found.pvalue), rel=1e-9)
    found = stats.epps_singleton_2samp(reference, current)
    mine = one("epps_singleton", reference, current)
    assert (mine.statistic, mine.p_value) == pytest.approx((found.statistic, found.pvalue), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kind", SAMPLES)
def test_binned_distances_equal_the_parity_definitions(kind: str) -> None:
    """Pooled Sturges bins above 20 distinct values, else one bin a value."""
    reference, current = SAMPLES[kind]
    if np.unique(reference).size > 20:
        edges = np.histogram_bin_edges(np.concatenate([reference, current]), bins="sturges")
        p, q = (np.histogram(side, bins=edges)[0] / side.size for side in (reference, current))
    else:
        values = np.union1d(reference, current)
        p, q = (np.array([(side == value).mean() for value in values]) for side in (reference, current))
    assert one("jensen_shannon", reference, current).value == pytest.approx(jensenshannon(p, q), abs=1e-9)
    p, q = (np.where(share == 0, 1e-4, share) for share in (p, q))
    assert one("psi", reference, current).value == pytest.approx(((q - p) * np.log(q / p)).sum(), abs=1e-9)


def test_large_samples_use_the_asymptotic_law() -> None:
    """Half a million values take no second of exact arithmetic, and agree with scipy's asymptotic answer."""
    reference, current = RNG.normal(0, 1, 60_000), RNG.normal(0.01, 1, 50_000)
    expected = stats.ks_2samp(reference, current, method="asymp")
    assert one("ks", reference, current).statistic == pytest.approx(expected.statistic, abs=1e-12)
    assert one("ks", reference, current).p_value == pytest.approx(expected.pvalue, rel=0.02)


def test_a_summary_stands_for_its_sample() -> None:
    """Exact for small samples; close for large ones."""
    reference, current = SAMPLES["continuous"]
    tests = tuple(NUMERIC)
    assert compare_numeric(summarize_reference(reference), current, tests) == compare_numeric(reference, current, tests)
    large, shifted = RNG.normal(0, 1, 200_000), RNG.normal(0.1, 1, 3_000)
    assert one("ks", summarize_reference(large), shifted).statistic == pytest.approx(
        one("ks", large, shifted).statistic, abs=2e-4
    )
    for name, near in (("mann_whitney", 0.001), ("jensen_shannon", 0.009), ("psi", 0.008), ("wasserstein", 0.002)):
        short, whole = one(name, summarize_reference(large), shifted), one(name, large, shifted)
        if isinstance(short, TestResult):
            assert short.effect == pytest.approx(whole.effect, abs=near)
            assert short.p_value == pytest.approx(whole.p_value, rel=0.1)
        else:
            assert short.value == pytest.approx(whole.value, abs=near)
    with pytest.raises(ValueError, match="summary of categories"):
        compare_numeric(summarize_reference(["a", "b"]), current)


def test_a_summary_counts_for_as_many_values_as_it_had() -> None:
    """Between 4,096 kept and 10,000 had, too: the p-value is the whole sample's."""
    rng = np.random.default_rng(31)
    reference, current = rng.normal(0, 1, 9_000), rng.normal(0.05, 1, 9_000)
    whole, short = one("ks", reference, current), one("ks", summarize_reference(reference), current)
    assert short.p_value == pytest.approx(whole.p_value, rel=0.1)


def test_cliffs_delta_is_positive_when_the_current_sample_is_larger() -> None:
    """And says worse only where a direction is bad."""
    up = compare_numeric([1, 2, 3], [2, 3, 4], tests=("mann_whitney", "ks"), higher_is_worse=True)
    assert up[0].effect == pytest.approx(stats.mannwhitneyu([2, 3, 4], [1, 2, 3]).statistic * 2 / 9 - 1)
    assert all(outcome.worse is True and outcome.effect > 0 for outcome in up)
    assert all(
        o.worse is False
        for o in compare_numeric([2, 3, 4], [1, 2, 3], tests=("mann_whitney", "ks"), higher_is_worse=True)
    )
    assert compare_numeric([1], [2], tests=("ks",))[0].worse is None


def test_contingency_tables_equal_scipy() -> None:
    """Two-sample, unseen levels as zeros."""
    reference, current = list("aaaabbbbcc" * 5), list("aabbbbccdd" * 4)
    table = np.array([[20, 20, 10, 0], [8, 16, 8, 8]])
    for name, kind in (("chi_square", "pearson"), ("g_test", "log-likelihood")):
        found = compare_categorical(reference, current, tests=(name,))[0]
        expected = stats.chi2_contingency(table, correction=False, lambda_=kind)
        assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-9)
    v = compare_categorical(reference, current, tests=("cramers_v",))[0]
    assert v.value == pytest.approx(stats.contingency.association(table, method="cramer"), rel=1e-9)
    exact = compare_categorical(list("aaab"), list("abbb"), tests=("fisher",))[0]
    assert exact.p_value == pytest.approx(stats.fisher_exact([[3, 1], [1, 3]]).pvalue)


@pytest.mark.parametrize("name", CATEGORICAL)
def test_every_categorical_test_takes_one_level_and_refuses_none(name: str) -> None:
    """One common level is no drift; no category at all is an error."""
    outcome = compare_categorical(["a", None], ["a", "a", float("nan")], tests=(name,))[0]
    assert (outcome.value if isinstance(outcome, Distance) else outcome.effect) == 0
    with pytest.raises(ValueError, match="current: no category among 1"):
        compare_categorical(["a"], [None], tests=(name,))
    with pytest.raises(ValueError, match="reference: no category among 0"):
        compare_categorical([], ["a"], tests=(name,))


@pytest.mark.parametrize("name", [*NUMERIC, *CATEGORICAL])
def test_every_number_has_words_that_grow_with_it(name: str) -> None:
    """A sample and itself: no shift; half of it elsewhere: a large one."""
    assert name in known()
    if name in NUMERIC:
        values = RNG.normal(0, 1, 400)
        same, apart = one(name, values, values), one(name, values, values + 3.0)
    else:
        same, apart = (
            compare_categorical(list("ab" * 40), list(now), tests=(name,))[0] for now in ("ab" * 40, "aac" * 20)
        )
    assert reading(same) == "no shift to speak of"
    assert reading(apart).startswith(("a large shift", "a medium shift"))
    assert effect_of(same) == pytest.approx(0, abs=1e-12)


def test_the_words_say_which_way() -> None:
    """Higher or lower, larger or smaller."""
    up = compare_numeric([1.0, 2.0, 3.0] * 9, [3.0, 4.0, 5.0] * 9, tests=("ks", "mann_whitney"))
    down = compare_numeric([3.0, 4.0, 5.0] * 9, [1.0, 2.0, 3.0] * 9, tests=("ks", "mann_whitney"))
    assert [reading(outcome) for outcome in up] == [
        "a large shift: up to 67 in 100 lie higher than before",
        "a large shift: in 94 in 100 pairs the current value is the larger one",
    ]
    assert "lower" in reading(down[0])
    assert "smaller" in reading(down[1])


def test_p_values_over_columns_are_benjamini_hochbergs() -> None:
    """As scipy has them, by name; a number that is no p-value is named."""
    p_values = {"a": 0.001, "b": 0.2, "c": 0.012, "d": 0.03}
    expected = stats.false_discovery_control(list(p_values.values()))
    assert list(adjusted(p_values).values()) == pytest.approx(expected, abs=1e-12)
    assert adjusted({}) == {}
    with pytest.raises(ValueError, match=r"p-value nan of 'b'"):
        adjusted({"a": 0.1, "b": math.nan})
