"""A drift number in plain words: how large it is, by the conventions of its field, and what it says."""

from __future__ import annotations

from itertools import pairwise

from tasks.stats.drift.base import Distance, TestResult

_SIZES = ("no", "a small", "a medium", "a large")

_STEPS: dict[str, tuple[float, float, float]] = {
    # Romano et al. (2006) for Cliff's delta.
    "mann_whitney": (0.147, 0.33, 0.474),
    # A gap of shares: what a shift of 0.2, 0.5 and 0.8 standard deviations of a normal distribution makes of it.
    "ks": (0.08, 0.2, 0.31),
    "anderson_darling": (0.08, 0.2, 0.31),
    "cramer_von_mises": (0.08, 0.2, 0.31),
    "epps_singleton": (0.08, 0.2, 0.31),
    "total_variation": (0.08, 0.2, 0.31),
    # Cohen (1988): standard deviations between means; w = V for two samples.
    "wasserstein": (0.2, 0.5, 0.8),
    "chi_square": (0.1, 0.3, 0.5),
    "g_test": (0.1, 0.3, 0.5),
    "fisher": (0.1, 0.3, 0.5),
    "cramers_v": (0.1, 0.3, 0.5),
    # Credit scoring's rule of thumb (Siddiqi 2006); above 0.5 the samples hardly share their bins.
    "psi": (0.1, 0.25, 0.5),
    # Likewise from shifts of 0.2, 0.5 and 0.8.
    "jensen_shannon": (0.07, 0.17, 0.27),
    "energy": (0.15, 0.37, 0.59),
    # Embeddings: 0.5 is chance; steps as for Cliff's delta, 2 AUC − 1.
    "classifier_auc": (0.147, 0.33, 0.474),
    "mmd": (0.08, 0.2, 0.31),
    "centroid_cosine": (0.02, 0.1, 0.25),
}


def reading(outcome: TestResult | Distance) -> str:
    """Return what a drift number says, in words for people.

    Sizes follow conventions and promise nothing: whether a shift is chance, the evidence says.

    Example:
        >>> reading(Distance("psi", 0.03)), reading(TestResult("ks", 0.3, 0.001, 0.3))
        ('no shift to speak of', 'a medium shift: up to 30 in 100 lie higher than before')
        >>> reading(Distance("wasserstein", 0.61))
        'a medium shift: values moved by 0.61 standard deviations on average'
    """
    size = effect_of(outcome)
    word = _SIZES[sum(abs(size) >= step for step in _STEPS[outcome.name])]
    if word == "no":
        return "no shift to speak of"
    return f"{word} shift{_words(outcome.name, size)}"


def effect_of(outcome: TestResult | Distance) -> float:
    """Return the size that the words go by: a test's effect, a distance's value."""
    return outcome.effect if isinstance(outcome, TestResult) else outcome.value


def known() -> frozenset[str]:
    """Return the names that have words, each with rising steps."""
    return frozenset(name for name, steps in _STEPS.items() if all(low < high for low, high in pairwise(steps)))


def _words(name: str, size: float) -> str:
    hundred = f"{abs(size) * 100:.0f} in 100"
    match name:
        case "ks":
            return f": up to {hundred} lie {'higher' if size > 0 else 'lower'} than before"
        case "anderson_darling" | "cramer_von_mises" | "epps_singleton":
            return f": up to {hundred} lie elsewhere than before"
        case "mann_whitney":
            share = f"{(1 + abs(size)) * 50:.0f} in 100"
            return f": in {share} pairs the current value is the {'larger' if size > 0 else 'smaller'} one"
        case "wasserstein":
            return f": values moved by {size:.2f} standard deviations on average"
        case "total_variation":
            return f": {hundred} fall into another category than before"
        case "classifier_auc":
            share = f"{(1 + abs(size)) * 50:.0f} of 100"
            return f": old and new texts are told apart in {share} pairs"
        case _:
            return ""
