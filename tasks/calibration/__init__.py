"""Calibration: the judge held against people's scores: can it be trusted, for what, and how many labels are missing?

Pure: labels, the judge's scores of the same interactions and those of the windows' samples go in, a report comes out.
"""

from tasks.calibration.agreement import Pair
from tasks.calibration.ratings import human, ratings_of
from tasks.calibration.report import calibration_report

__all__ = ["Pair", "calibration_report", "human", "ratings_of"]
