"""Judged scores beside the traces they are about, where MLflow's Traces page shows them."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.domain.errors import TrackingError
from tasks.domain.judgment import Judged
from tasks.domain.markdown import inert
from tasks.registry import named

_LONGEST = 1000


def assess(uri: str, judged: Sequence[Judged], worst: int, judge: str) -> int:
    """Write the scores of the worst judged interactions to their traces; an interaction's id is its trace's.

    Only the worst, because each takes tens of milliseconds. Written again, after a crash or anew, a score replaces the
    same judge's earlier one.

    Args:
        uri: Of the tracking server.
        judged: A window's sample.
        worst: How many.
        judge: Whose scores they are.

    Returns:
        How many traces got scores.

    Raises:
        TrackingError: when MLflow refuses.
    """
    from mlflow.entities import AssessmentSource, Feedback
    from mlflow.tracing.client import TracingClient

    scored = [one for one in judged if one.judgment.scored]
    chosen = sorted(scored, key=lambda one: (one.judgment.scores.get("quality", 1.0), one.interaction.interaction_id))
    source = AssessmentSource(source_type="LLM_JUDGE", source_id=judge)
    with named(uri, TrackingError):
        client = TracingClient(tracking_uri=uri)
        for one in chosen[:worst]:
            trace_id = one.interaction.interaction_id
            known = {
                before.name: before
                for before in client.get_trace_info(trace_id).assessments
                if isinstance(before, Feedback) and before.source == source
            }
            for name, value in one.judgment.scores.items():
                rationale = inert(one.judgment.reason or "")[:_LONGEST]
                score = Feedback(name=name, value=value, rationale=rationale, source=source)
                if (before := known.get(name)) is None:
                    client.log_assessment(trace_id, score)
                elif (before.value, before.rationale) != (value, rationale):
                    client.update_assessment(trace_id, str(before.assessment_id), score)
    return len(chosen[:worst])
