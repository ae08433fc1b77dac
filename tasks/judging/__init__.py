"""Judging: interaction and rubric become a judgment, scored or with the cause why not.

`judge_interactions` is the door. Known contents come from the ledger; the rest is asked once each, by the provider of
the catalog: `chat` over the network, `heuristic` without a model.
"""

from tasks.judging.identity import asked_hash, endpoint_hash, judge_model
from tasks.judging.judging import expected, judge_interactions, require_key
from tasks.judging.probe import Silence, probe
from tasks.judging.spending import Estimate
from tasks.judging.tally import scores_of, usage_of

__all__ = [
    "Estimate",
    "Silence",
    "asked_hash",
    "endpoint_hash",
    "expected",
    "judge_interactions",
    "judge_model",
    "probe",
    "require_key",
    "scores_of",
    "usage_of",
]
