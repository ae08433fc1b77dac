"""Text drift: silent while texts are of a kind, loud when they are not."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.stats.drift.text import centroid_cosine, classifier_auc, hashed_embeddings, mean_discrepancy

RNG = np.random.default_rng
WORDS = "reset password account invoice refund order delivery late parcel login email change card address help".split()
OTHERS = "weather poem translate recipe python function summarize essay history planet river novel guitar".split()


def texts(rng: np.random.Generator, number: int, other: float = 0.0) -> list[str]:
    """Requests of eight words, a share of them from other vocabulary."""
    return [" ".join(rng.choice(OTHERS if rng.random() < other else WORDS) for _ in range(8)) for _ in range(number)]


@pytest.mark.parametrize("test", [mean_discrepancy, classifier_auc, lambda x, y, _: centroid_cosine(x, y)])
def test_bad_embeddings_are_refused_by_side(test):
    """Empty sides, other dimensions, numbers that are none."""
    good = RNG(1).normal(0, 1, (20, 4))
    for bad, named in (
        (np.empty((0, 4)), "current: embeddings of shape"),
        (np.ones(4), "current: embeddings of shape"),
        (np.full((20, 4), np.nan), "current: embeddings hold .*nan"),
        (np.ones((20, 3)), "4 dimensions against 3"),
    ):
        with pytest.raises(ValueError, match=named):
            test(good, bad, RNG(2))


def test_one_dimension_cannot_hold_a_hash():
    """At least two."""
    with pytest.raises(ValueError, match="dimensions 1"):
        hashed_embeddings(["a"], dimensions=1)


def test_half_characters_are_no_error():
    """Logs hold what clients sent, such as a surrogate without its other half."""
    assert hashed_embeddings(["a\ud800b"]).shape == (1, 512)


def test_hashed_embeddings_are_stable_of_length_one_and_near_for_near_texts():
    """The same on every machine; an empty text is nowhere; case does not matter."""
    rows = hashed_embeddings(["Straße gesperrt 🚧", "straße GESPERRT 🚧", "straße geöffnet", "", "完全不同的文字"])
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1, 0, 1])
    cosines = rows @ rows.T
    assert cosines[0, 1] == pytest.approx(1.0)
    assert cosines[0, 2] > 0.3 > abs(cosines[0, 4])
    assert rows.sum() == pytest.approx(hashed_embeddings(["Straße gesperrt 🚧"]).sum() * 2 + rows[2:].sum())


def test_unchanged_texts_seldom_look_changed():
    """At most 1 in 10 below 5 %, both tests, 60 comparisons."""
    p_values = []
    for seed in range(60):
        rng = RNG(seed)
        x, y = (hashed_embeddings(texts(rng, 40), 64) for _ in range(2))
        p_values.append([mean_discrepancy(x, y, rng, permutations=99).p_value, classifier_auc(x, y, rng).p_value])
    assert (np.mean(np.array(p_values) < 0.05, axis=0) <= 0.10).all()


def test_a_fifth_of_other_words_is_seen_by_all_three():
    """Discrepancy, classifier and centroid."""
    rng = RNG(5)
    before, same, now = (hashed_embeddings(texts(rng, 150, other)) for other in (0.0, 0.0, 0.2))
    found = mean_discrepancy(before, now, rng)
    assert found.p_value == pytest.approx(1 / 501)
    assert found.effect**2 == pytest.approx(found.statistic)
    told = classifier_auc(before, now, rng)
    assert told.p_value < 1e-6
    assert told.statistic > 0.75
    assert centroid_cosine(before, now).value > 3 * centroid_cosine(before, same).value


def test_a_large_sample_is_drawn_from_and_equal_texts_are_no_drift():
    """No more rows than asked are used; constants say nothing."""
    same = np.ones((30, 3))
    assert mean_discrepancy(same, same, RNG(1)).p_value == 1.0
    assert classifier_auc(same, same, RNG(1)).statistic == 0.5
    assert centroid_cosine(np.zeros((2, 3)), np.zeros((2, 3))).value == 0.0
    large = RNG(2).normal(0, 1, (3_000, 4))
    assert mean_discrepancy(large, large + 0.5, RNG(3), permutations=50, most=200).p_value < 0.05
