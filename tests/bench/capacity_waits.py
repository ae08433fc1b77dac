"""Capacity: approximated waits beside simulated ones, and a plan beside the fewest replicas that would do."""

from __future__ import annotations

import argparse
import math
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from tasks.capacity import ServiceTime, demand, plan_ahead, wait_quantile, waits, waits_by_plan
from tasks.capacity.queueing import erlang_c
from tasks.domain.settings.capacity import Autoscaling
from tests.bench.row import Row, table

_LEVELS = (0.7, 0.8, 0.85, 0.9, 0.95)
_START = datetime(2026, 6, 1, tzinfo=UTC)


def rows(seed: int, *, quick: bool) -> list[Row]:
    """Return the capacity rows."""
    rng = np.random.default_rng(seed)
    number = 400_000 if quick else 1_500_000
    found = []
    for name, draw in (
        ("exponential", lambda n: rng.exponential(0.8, n)),
        ("lognormal, cv² 0.4", lambda n: rng.lognormal(-0.4, 0.6, n)),
        ("lognormal, cv² 1.7", lambda n: rng.lognormal(-0.5, 1.0, n)),
    ):
        found += [_waits(rng, name, draw(number), servers) for servers in (1, 4, 16)]
    return [*found, *_plan(rng, 1 if quick else 7)]


def _waits(rng: np.random.Generator, name: str, times: np.ndarray, servers: int) -> Row:
    service = ServiceTime.of(times)
    off, exponential = [], []
    for use in _LEVELS:
        rate = use * servers / service.mean_s
        simulated = np.quantile(waits(np.cumsum(rng.exponential(1 / rate, times.size)), times, servers), 0.95)
        off.append(wait_quantile(servers, rate, service, 0.95) / float(simulated) - 1)
        waiting = erlang_c(servers, use * servers)
        markov = max(math.log(waiting / 0.05), 0) * service.mean_s / (servers * (1 - use))
        exponential.append(markov / float(simulated) - 1)
    return Row(
        name=f"p95 wait, {servers} servers, {name}, loads {_LEVELS[0]:g} to {_LEVELS[-1]:g}",
        must="within 20 %",
        ours=", ".join(f"{error:+.0%}" for error in off),
        met=max(map(abs, off)) <= 0.2,
        tools="M/M/c " + ", ".join(f"{error:+.0%}" for error in exponential),
    )


def _plan(rng: np.random.Generator, days: int) -> list[Row]:
    """Plan the week after four weeks of a shape with nights and weekends; days differ by 8 %, hours by 5 %."""
    hours = np.arange(35 * 24)
    mean = 3_000 * (1 + 0.8 * np.sin((hours % 24 - 9) / 24 * 2 * np.pi)) * np.where(hours // 24 % 7 >= 5, 0.5, 1.0)
    rates = mean * np.repeat(rng.lognormal(0, 0.08, 35), 24) * rng.lognormal(0, 0.05, hours.size)
    known = demand(rng.poisson(rates[: 28 * 24]).astype(float), _START)
    asked = Autoscaling(max_replicas=80, max_wait_ms=500, ahead_days=days)
    times = rng.lognormal(-0.4, 0.6, 200_000)
    made = plan_ahead(known, ServiceTime.of(times), asked, _START + timedelta(days=28))
    ahead = rates[28 * 24 : (28 + days) * 24]
    arrivals = np.concatenate([3600 * (at + np.sort(rng.random(rng.poisson(rate)))) for at, rate in enumerate(ahead)])
    waited = waits_by_plan(arrivals, rng.choice(times, arrivals.size), [hour.replicas for hour in made.hours], 3600)
    best = [_fewest(rng, rate, times) for rate in ahead]
    in_time, ratio = float(np.mean(waited <= 0.5)), made.replica_hours / sum(best)
    flat = max(best) * len(best) / sum(best)
    return [
        Row(
            name=f"plan of {days} days after 28: requests that waited at most 500 ms",
            must="≥ 95 %",
            ours=f"{in_time:.1%}",
            met=in_time >= 0.95,
        ),
        Row(
            name="its replica hours over the best constant-per-hour ones (traffic known)",
            must="≤ 1.2",
            oracle="1",
            ours=f"{ratio:.3f}",
            met=ratio <= 1.2,
            tools=f"the peak's all the time {flat:.2f}",
        ),
    ]


def _fewest(rng: np.random.Generator, rate: float, times: np.ndarray) -> int:
    """Return the fewest replicas that hold the objective at this rate, by simulation from the fluid bound upwards."""
    arrivals = np.cumsum(rng.exponential(3600 / rate, int(rate * 6)))
    served = rng.choice(times, arrivals.size)
    servers = max(math.ceil(rate / 3600 * float(times.mean())), 1)
    while np.mean(waits(arrivals, served, servers) <= 0.5) < 0.95:
        servers += 1
    return servers


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the rows; nothing is gated here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer requests: half a minute")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run")
    chosen = parser.parse_args(arguments)
    seed = secrets.randbits(32) if chosen.seed is None else chosen.seed
    print(f"seed {seed}", flush=True)
    print(table(rows(seed, quick=chosen.quick)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
