"""A plan in the words people read."""

from __future__ import annotations

import math

from tasks.capacity.demand import Demand
from tasks.capacity.forecast import Forecast
from tasks.stats.interval import Interval


def words(made: Forecast) -> str:
    """Return what a plan says: replicas and cost, what it holds, what it rests on, what to know."""
    lines = [_plan(made)]
    lines += [_broken(made)] if made.plan.broken else []
    lines += [_objective(made), _traffic(made)]
    return "\n".join([*lines, *(f"Note: {note}." for note in made.notes)])


def growth_per_week(known: Demand) -> Interval | None:
    """Return the change of traffic in a week as a share, 0.02 for 2 %; None where it is not known."""
    if not math.isfinite(known.growth.high):
        return None
    return Interval(*(math.expm1(end) for end in (known.growth.estimate, known.growth.low, known.growth.high)))


def _plan(made: Forecast) -> str:
    plan = made.plan
    cost = ""
    if plan.cost_usd is not None and plan.constant_usd is not None:
        flat = f" ({plan.constant_usd:,.2f} with the busiest hour's all the time)"
        cost = f", {plan.cost_usd:,.2f} USD{flat if plan.constant_usd > plan.cost_usd else ''}"
    outcome = "SHORT" if plan.broken else "PLANNED"
    return (
        f"{outcome}: {made.service} {made.release}, {made.scaling.words}: {plan.replica_hours:,} replica hours{cost}."
    )


def _broken(made: Forecast) -> str:
    plan = made.plan
    return (
        f"{len(plan.broken)} of {len(plan.hours)} hours need more than max_replicas {made.asked.max_replicas} "
        f"(the busiest {made.needed}), the first {plan.broken[0].start:%Y-%m-%d %H:%M}Z."
    )


def _objective(made: Forecast) -> str:
    asked = made.asked
    at_once = "one request" if asked.slots == 1 else f"{asked.slots} requests"
    return (
        f"Planned so that {_percent(asked.share)} of the requests wait at most {asked.max_wait_ms:g} ms for a replica, "
        f"which works on {at_once} at a time; an hour has no more traffic than planned for with a chance of "
        f"{_percent(asked.confidence)}."
    )


def _traffic(made: Forecast) -> str:
    known = made.known
    daily, peak, growth = 24 * sum(known.rates) / len(known.rates), known.peak_factor, growth_per_week(known)
    grows = "growth is not known yet (that takes two weeks)"
    if growth is not None:
        grows = f"growth {_change(growth.estimate)} a week ({_change(growth.low)} to {_change(growth.high)})"
    return (
        f"Traffic: {daily:,.0f} requests a day in the {known.hours / 24:.0f} days until "
        f"{made.learned_until:%Y-%m-%d %H:%M}Z; the busiest hour of the {'week' if known.cycle > 24 else 'day'} has "
        f"{peak.estimate:.1f} times the mean ({peak.low:.1f} to {peak.high:.1f}); {grows}. A request of "
        f"{made.measured} takes {1000 * made.service_time.mean_s:,.0f} ms in the mean, 95 % take at most "
        f"{made.p95_ms:,.0f} ms."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.4g} %"


def _change(share: float) -> str:
    return f"{100 * share:+.1f} %".replace("-", "−")
