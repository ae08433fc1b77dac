"""Both releases' rows of a window, as a comparison sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from tasks.domain.interaction import Interaction
from tasks.domain.judgment import Judged
from tasks.domain.prices import Price, cost_usd
from tasks.domain.settings.experiments import Experiment
from tasks.domain.window import Window, window_of
from tasks.experiments import Row

Arms = dict[Window, dict[str, list[Interaction]]]


def by_window(interactions: Iterable[Interaction], service: str, releases: set[str], length: timedelta) -> Arms:
    """Sort the releases' interactions into windows, without their texts.

    Args:
        interactions: In log order.
        service: Rows of others are ignored, rows that name none are its own.
        releases: The two; rows that name another, or none, are ignored.
        length: Of a window.
    """
    found: Arms = {}
    for one in interactions:
        if one.service in {None, service} and one.release in releases:
            window = window_of(one.timestamp, length)
            found.setdefault(window, {}).setdefault(one.release or "", []).append(_without_texts(one))
    return found


def _without_texts(one: Interaction) -> Interaction:
    return Interaction(
        interaction_id=one.interaction_id,
        timestamp=one.timestamp,
        model=one.model,
        input_tokens=one.input_tokens,
        output_tokens=one.output_tokens,
        latency_ms=one.latency_ms,
        cost_usd=one.cost_usd,
        feedback=one.feedback,
        error=one.error,
        session_id=one.session_id,
    )


def rows_of(
    interactions: Iterable[Interaction],
    judged: Mapping[str, Judged],
    experiment: Experiment,
    prices: Mapping[str, Price],
    *,
    tells_errors: bool,
) -> list[Row]:
    """Return one release's interactions of a window as rows.

    Args:
        interactions: Theirs.
        judged: By interaction id; what is not there was not judged.
        experiment: For its unit; without a session an interaction is a unit of its own.
        prices: The user's own.
        tells_errors: Whether the logs have a column for errors: without one nothing is known of them.
    """
    sticky = experiment.unit == "session"
    rows = []
    for one in interactions:
        known = judged.get(one.interaction_id)
        judgment = known.judgment if known is not None and known.judgment.scored else None
        rows.append(
            Row(
                unit=(one.session_id or one.interaction_id) if sticky else one.interaction_id,
                failed=(one.error is not None) if tells_errors else None,
                latency_ms=one.latency_ms,
                cost_usd=_cost(one, prices),
                feedback=one.feedback,
                quality=judgment.scores.get("quality") if judgment else None,
                toxicity=judgment.scores.get("toxicity") if judgment else None,
                content=int(judgment.content[:10], 16) if judgment else None,
            )
        )
    return rows


def _cost(one: Interaction, prices: Mapping[str, Price]) -> float | None:
    if one.cost_usd is not None:
        return one.cost_usd
    return cost_usd(one.model, one.input_tokens, one.output_tokens, one.timestamp, prices)
