"""Have texts changed: on arrays of embeddings, from any model or from hashed n-grams without one."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import numpy as np

from tasks.stats.drift.base import Distance, Floats, TestResult

_LENGTHS = (3, 4, 5)
_MOST_CHARACTERS = 4_000
"""Of a text: what follows says little that the beginning does not, and logs hold whole documents."""

_FOLDS = 5
_RIDGE = 1.0
"""Times dimensions, on rows scaled to unit spread: as much as one row weighs in each direction. Keeps 512 dimensions of
a hundred rows solvable."""


def hashed_embeddings(texts: Sequence[str], dimensions: int = 512) -> Floats:
    """Return texts as counts of their n-grams (3 to 5 bytes), hashed into so many dimensions, each row of length 1.

    Formula: every n-gram adds ±1 at a place, place and sign from its CRC-32; the counts' signed square roots are scaled
    to length 1. Of UTF-8 bytes: three Latin letters, one and a half Cyrillic ones, one Chinese character. Works offline
    and in any language; sees words and spelling, not meaning.

    Not for telling apart what is said alike in other words: use a model's embeddings. An empty text is the zero row.

    Raises:
        ValueError: for fewer than 2 dimensions.

    Reference: Weinberger et al. (2009), Feature hashing for large scale multitask learning.

    Example:
        >>> rows = hashed_embeddings(["reset my password", "reset the password", "weather in Oslo"])
        >>> [round(abs(cosine), 1) for cosine in (rows @ rows.T).tolist()[0]]
        [1.0, 0.6, 0.0]
    """
    if dimensions < 2:
        raise ValueError(f"dimensions {dimensions!r} must be at least 2")
    rows = np.zeros((len(texts), dimensions))
    for row, text in zip(rows, texts, strict=True):
        known = f" {text[:_MOST_CHARACTERS].casefold()} ".encode("utf-8", "replace")
        grams = [known[at : at + n] for n in _LENGTHS for at in range(len(known) - n + 1)]
        if text and grams:
            hashes = np.fromiter((zlib.crc32(gram) for gram in grams), dtype=np.int64, count=len(grams))
            np.add.at(row, (hashes >> 1) % dimensions, np.where(hashes & 1, 1.0, -1.0))
    rows = np.sign(rows) * np.sqrt(np.abs(rows))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0))


def mean_discrepancy(
    reference: Floats, current: Floats, rng: np.random.Generator, *, permutations: int = 500, most: int = 1_000
) -> TestResult:
    """Test whether embeddings come from one distribution, by their maximum mean discrepancy.

    Formula: `MMD² = mean k(x, x′) + mean k(y, y′) − 2 mean k(x, y)` over distinct pairs, k Gaussian with the median
    distance as its width; the p-value counts permutations of the rows that reach it. The effect is √MMD², at least 0.

    Assumes exchangeable rows under no change. Not for repeated looks. Samples beyond `most` rows are drawn from.

    Args:
        reference: Shape [rows, dimensions].
        current: Likewise.
        rng: Source of chance.
        permutations: How many; the least p-value is 1 / (permutations + 1).
        most: Rows of each side that are used.

    Raises:
        ValueError: for fewer than 2 rows a side, unequal dimensions, or a number that is not finite.

    Reference: Gretton et al. (2012), A kernel two-sample test.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> found = mean_discrepancy(rng.normal(0, 1, (60, 8)), rng.normal(1, 1, (60, 8)), rng)
        >>> found.p_value < 0.01
        True
    """
    x, y = _checked(reference, current, 2)
    x, y = (side if len(side) <= most else side[rng.choice(len(side), most, replace=False)] for side in (x, y))
    both = np.concatenate([x, y])
    squared = np.maximum((both**2).sum(1)[:, None] + (both**2).sum(1) - 2 * both @ both.T, 0.0)
    width = float(np.median(squared[np.triu_indices(len(both), 1)]))
    kernel = np.exp(-squared / width) if width > 0 else np.ones_like(squared)
    np.fill_diagonal(kernel, 0.0)
    n, m = len(x), len(y)
    signs = np.concatenate([np.ones(n), np.zeros(m)])
    members = np.stack([signs, *(rng.permutation(signs) for _ in range(permutations))])
    similar = members @ kernel
    within_x = np.einsum("pi,pi->p", similar, members)
    across = similar.sum(axis=1) - within_x
    within_y = float(kernel.sum()) - within_x - 2 * across
    found = within_x / (n * (n - 1)) + within_y / (m * (m - 1)) - 2 * across / (n * m)
    reached = int((found[1:] >= found[0] - 1e-12).sum())
    p_value = (1 + reached) / (permutations + 1)
    return TestResult("mmd", float(found[0]), p_value, math.sqrt(max(0.0, float(found[0]))))


def classifier_auc(reference: Floats, current: Floats, rng: np.random.Generator) -> TestResult:
    """Test whether a classifier tells current from reference embeddings: its cross-validated AUC, 0.5 being chance.

    Formula: ridge regression of ±1 on the embeddings in five folds; AUC of the held-out predictions within each fold,
    averaged; z = (AUC − ½) / √(Σ_f (n_f + m_f + 1) / (12 n_f m_f)) · folds. The effect is 2 AUC − 1.

    Assumes independent rows. Not for fewer than 10 rows a side, nor for repeated looks.

    Args:
        reference: Shape [rows, dimensions], at least 10 rows.
        current: Likewise.
        rng: Source of chance, for the folds.

    Raises:
        ValueError: for fewer than 10 rows a side, unequal dimensions, or a number that is not finite.

    Reference: Lopez-Paz and Oquab (2017), Revisiting classifier two-sample tests.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> found = classifier_auc(rng.normal(0, 1, (80, 8)), rng.normal(1, 1, (80, 8)), rng)
        >>> found.statistic > 0.9, found.p_value < 0.001
        (True, True)
    """
    x, y = _checked(reference, current, 2 * _FOLDS)
    rows, target = np.concatenate([x, y]), np.concatenate([np.zeros(len(x)), np.ones(len(y))])
    folds = np.concatenate([rng.permutation(np.arange(len(side)) % _FOLDS) for side in (x, y)])
    areas, variances = [], []
    for fold in range(_FOLDS):
        train, held = folds != fold, folds == fold
        scores = _ridge(rows[train], target[train], rows[held])
        new = target[held] == 1
        below = (scores[~new][:, None] < scores[new]).mean() + 0.5 * (scores[~new][:, None] == scores[new]).mean()
        areas.append(float(below))
        variances.append((held.sum() + 1) / (12 * new.sum() * (~new).sum()))
    auc = math.fsum(areas) / _FOLDS
    z = (auc - 0.5) * _FOLDS / math.sqrt(math.fsum(variances))
    return TestResult("classifier_auc", auc, 0.5 * math.erfc(z / math.sqrt(2)), 2 * auc - 1)


def centroid_cosine(reference: Floats, current: Floats) -> Distance:
    """Return 1 − cosine between the mean embeddings: 0 for the same direction, 1 for nothing in common, 2 for opposite.

    Not for changes of spread or of rare kinds of text: the mean hides them.

    Raises:
        ValueError: for an empty side, unequal dimensions, or a number that is not finite.

    Example:
        >>> centroid_cosine(np.array([[1.0, 0.0]]), np.array([[0.0, 2.0]]))
        Distance(name='centroid_cosine', value=1.0)
    """
    x, y = (side.mean(axis=0) for side in _checked(reference, current, 1))
    lengths = float(np.linalg.norm(x) * np.linalg.norm(y))
    cosine = float(x @ y) / lengths if lengths > 0 else float(np.array_equal(x, y))
    return Distance("centroid_cosine", min(max(1.0 - cosine, 0.0), 2.0))


def _ridge(rows: Floats, target: Floats, held: Floats) -> Floats:
    """Return predictions for the held-out rows; classes weigh the same."""
    weight = np.where(target == 1, 0.5 / target.mean(), 0.5 / (1 - target.mean()))
    centre = np.average(rows, axis=0, weights=weight)
    spread = float(np.sqrt(np.average(((rows - centre) ** 2).mean(axis=1), weights=weight))) or 1.0
    x, wanted = (rows - centre) / spread, np.where(target == 1, 1.0, -1.0)
    gram = (x * weight[:, None]).T @ x + _RIDGE * rows.shape[1] * np.eye(rows.shape[1])
    return np.asarray((held - centre) @ np.linalg.solve(gram, (x * weight[:, None]).T @ wanted))


def _checked(reference: Floats, current: Floats, fewest: int) -> tuple[Floats, Floats]:
    checked = []
    for side, rows in (("reference", reference), ("current", current)):
        array = np.asarray(rows, dtype=np.float64)
        if array.ndim != 2 or len(array) < fewest:
            raise ValueError(f"{side}: embeddings of shape {array.shape!r}, needs [at least {fewest} rows, dimensions]")
        if not np.isfinite(array).all():
            raise ValueError(f"{side}: embeddings hold {array[~np.isfinite(array)][0]!r}; every number must be finite")
        checked.append(array)
    if checked[0].shape[1] != checked[1].shape[1]:
        raise ValueError(f"embeddings of {checked[0].shape[1]} dimensions against {checked[1].shape[1]}")
    return checked[0], checked[1]
