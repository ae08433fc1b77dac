"""Every drift test by name; a new one is a function, its words in `reading` and a line here."""

from __future__ import annotations

from tasks.stats.drift.base import CategoricalTest, NumericTest
from tasks.stats.drift.distances import (
    categorical_jensen_shannon,
    categorical_psi,
    energy,
    jensen_shannon,
    psi,
    total_variation,
    wasserstein,
)
from tasks.stats.drift.ranks import (
    anderson_darling,
    cramer_von_mises,
    epps_singleton,
    kolmogorov_smirnov,
    mann_whitney,
)
from tasks.stats.drift.tables import chi_square, cramers_v, fisher, g_test

NUMERIC: dict[str, NumericTest] = {
    "ks": kolmogorov_smirnov,
    "mann_whitney": mann_whitney,
    "anderson_darling": anderson_darling,
    "cramer_von_mises": cramer_von_mises,
    "epps_singleton": epps_singleton,
    "energy": energy,
    "wasserstein": wasserstein,
    "jensen_shannon": jensen_shannon,
    "psi": psi,
}

CATEGORICAL: dict[str, CategoricalTest] = {
    "chi_square": chi_square,
    "g_test": g_test,
    "fisher": fisher,
    "total_variation": total_variation,
    "cramers_v": cramers_v,
    "psi": categorical_psi,
    "jensen_shannon": categorical_jensen_shannon,
}
