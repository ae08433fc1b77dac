"""A/B: two releases that serve side by side. Pure: state in, state out, JSON-serializable.

`assign` says which release serves a unit; `start`, `learn` and `update` follow a comparison window by window, and its
state carries the decision.
"""

from tasks.experiments.assignment import assign
from tasks.experiments.comparing import call_off, learn, start, update
from tasks.experiments.deciding import ratio_evidence
from tasks.experiments.family import Family
from tasks.experiments.report import ComparisonReport, comparison_report, nothing_to_compare
from tasks.experiments.rows import Row
from tasks.experiments.state import ComparisonState, Decision, Look, Outcome

__all__ = [
    "ComparisonReport",
    "ComparisonState",
    "Decision",
    "Family",
    "Look",
    "Outcome",
    "Row",
    "assign",
    "call_off",
    "comparison_report",
    "learn",
    "nothing_to_compare",
    "ratio_evidence",
    "start",
    "update",
]
