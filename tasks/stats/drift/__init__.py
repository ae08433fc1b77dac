"""Drift: is a sample still distributed as the reference. Tests carry p-values, distances do not; neither decides.

`compare_numeric` and `compare_categorical` run any tests of the catalog, `summarize_reference` keeps a reference small,
`reading` puts a number into words, `adjusted` corrects p-values over columns; `text` compares embeddings.
"""

from tasks.stats.drift.base import Distance, TestResult
from tasks.stats.drift.compare import compare_categorical, compare_numeric
from tasks.stats.drift.multiplicity import adjusted
from tasks.stats.drift.reading import effect_of, reading
from tasks.stats.drift.summary import ReferenceSummary, summarize_reference

__all__ = [
    "Distance",
    "ReferenceSummary",
    "TestResult",
    "adjusted",
    "compare_categorical",
    "compare_numeric",
    "effect_of",
    "reading",
    "summarize_reference",
]
