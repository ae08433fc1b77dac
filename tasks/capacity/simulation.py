"""A queue with c servers, simulated request by request: what the approximation is checked against."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

from tasks.stats.window_scores import Floats


def waits(arrivals_s: Floats, service_s: Floats, servers: int) -> Floats:
    """Return how long each request waits, in order of arrival.

    Args:
        arrivals_s: When each comes, in seconds, ascending.
        service_s: How long each is worked on.
        servers: How many at the same time.

    Example:
        >>> waits(np.array([0.0, 0.5, 1.0]), np.array([2.0, 2.0, 2.0]), 2).tolist()
        [0.0, 0.0, 1.0]
    """
    return waits_by_plan(arrivals_s, service_s, [servers], np.inf)


def waits_by_plan(arrivals_s: Floats, service_s: Floats, servers: Sequence[int], every_s: float) -> Floats:
    """Return how long each request waits while the number of servers follows a plan.

    A server that is taken away finishes what it is at; one that is added takes whoever comes next (who waits already
    keeps the place, which is a little worse than life).

    Args:
        arrivals_s: When each comes, ascending.
        service_s: How long each is worked on.
        servers: One number for each stretch; the last one stays.
        every_s: How long a stretch is.
    """
    free: list[float] = [0.0] * servers[0]
    retired = 0  # servers that go as soon as they are free
    waited = np.empty(len(arrivals_s))
    stretch = 0
    for at, (arrival, service) in enumerate(zip(arrivals_s.tolist(), service_s.tolist(), strict=True)):
        while stretch + 1 < len(servers) and arrival >= (stretch + 1) * every_s:
            stretch += 1
            change = servers[stretch] - servers[stretch - 1]
            for _ in range(change):
                if retired:
                    retired -= 1
                else:
                    heapq.heappush(free, stretch * every_s)
            retired += max(-change, 0)
        while retired and len(free) > 1:
            heapq.heappop(free)
            retired -= 1
        begins = max(arrival, heapq.heappop(free))
        waited[at] = begins - arrival
        heapq.heappush(free, begins + service)
    return waited
