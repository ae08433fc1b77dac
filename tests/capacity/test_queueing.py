"""The approximation against what is known exactly, and against a simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tasks.capacity import ServiceTime, concurrency, wait_quantile, waits, waits_by_plan
from tasks.capacity.queueing import erlang_c

LAWS = {
    "lognormal": lambda rng, n: rng.lognormal(-0.4, 0.6, n),
    "exponential": lambda rng, n: rng.exponential(0.8, n),
    "constant": lambda rng, n: np.full(n, 0.8),
    "heavy": lambda rng, n: rng.lognormal(-0.5, 1.0, n),
}


@pytest.mark.parametrize(("times", "words"), [([], "no service times"), ([1, 0], "0.0 s"), ([math.nan], "nan s")])
def test_times_that_are_none_are_refused(times, words):
    """Naming the number."""
    with pytest.raises(ValueError, match=words):
        ServiceTime.of(times)


@pytest.mark.parametrize("load", [-1, 4, 5, math.nan])
def test_more_load_than_servers_is_refused(load):
    """They never catch up."""
    with pytest.raises(ValueError, match="load"):
        erlang_c(4, load)


def test_a_queue_that_only_grows_waits_for_ever():
    """Infinite, not a large number."""
    assert wait_quantile(3, 4.0, ServiceTime(0.8, 1.0, 6.0), 0.95) == math.inf


def test_littles_law():
    """Twelve a minute of five seconds each: one at a time."""
    assert concurrency(12 / 60, ServiceTime(5.0, 0.0, 1.0)) == pytest.approx(1.0)


@pytest.mark.parametrize(("servers", "load", "known"), [(1, 0.5, 0.5), (2, 1.0, 1 / 3), (10, 8.0, 0.40918)])
def test_erlang_c_has_the_published_values(servers, load, known):
    """One server: ρ; two: 2ρ²/(1 + ρ)."""
    assert erlang_c(servers, load) == pytest.approx(known, abs=1e-5)


@pytest.mark.parametrize("servers", [1, 3, 20])
@pytest.mark.parametrize("use", [0.7, 0.9])
def test_exponential_times_give_the_exact_law(servers, use):
    """M/M/c: P(W > t) = C exp(−(cμ − λ) t)."""
    waiting = erlang_c(servers, use * servers)
    exact = max(math.log(waiting / 0.05) / (servers * (1 - use)), 0)
    assert wait_quantile(servers, use * servers, ServiceTime(1.0, 1.0, 6.0), 0.95) == pytest.approx(exact)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("use", [0.7, 0.8, 0.85, 0.9, 0.93])
def test_the_p95_wait_is_within_a_fifth_of_the_simulated_one(law, use):
    """Eight servers, five load levels, four laws of service times, 200,000 requests each."""
    rng = np.random.default_rng([71, list(LAWS).index(law)])
    times = LAWS[law](rng, 200_000)
    service = ServiceTime.of(times)
    rate = use * 8 / service.mean_s
    simulated = np.quantile(waits(np.cumsum(rng.exponential(1 / rate, times.size)), times, 8)[10_000:], 0.95)
    assert wait_quantile(8, rate, service, 0.95) == pytest.approx(float(simulated), rel=0.2)


def test_a_server_taken_away_finishes_what_it_is_at():
    """Two servers for ten seconds, then one."""
    arrivals, service = np.array([0.0, 9.0, 10.0, 11.0]), np.array([20.0, 5.0, 1.0, 1.0])
    # The second is free at 14 and goes; the first is free at 20.
    assert waits_by_plan(arrivals, service, [2, 1], 10.0).tolist() == [0.0, 0.0, 10.0, 10.0]


def test_a_server_added_works_at_once():
    """One for ten seconds, then three; who waits already keeps the place."""
    arrivals, service = np.array([0.0, 1.0, 10.0, 10.5]), np.array([20.0, 5.0, 1.0, 1.0])
    assert waits_by_plan(arrivals, service, [1, 3], 10.0).tolist() == [0.0, 19.0, 0.0, 0.0]
