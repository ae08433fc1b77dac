"""How long it takes to decide 21 days of two services anew from what the store remembers.

Budget: 5 s for both at 15 judged a window. Made-up windows: an hour each, a release switch, a canary of 18 hours.
Run: `python -m tests.bench.redeciding_speed`.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from flows.evaluating.recall import Recall
from flows.evaluating.rules import Rules
from tasks.decisions.lines import thresholds
from tasks.domain.settings.monitors import Monitors
from tasks.domain.settings.policy import Baseline, Policy
from tasks.domain.summary import WindowSummary
from tasks.domain.window import Window
from tasks.store import Store
from tests.made import HOUR, START, window

DAYS, BUDGET_S = 21, 5.0
_SWITCH, _CANARY = 10 * 24, 18
SERVICES = ("helpdesk", "coach")


def windows(service: str, days: int, rows: int) -> Iterator[WindowSummary]:
    """Yield the hours of a service in time order: release 1, a canary of 2 beside it, then 2 alone, which is worse."""
    rng = np.random.default_rng(len(service))
    for hour in range(days * 24):
        if hour < _SWITCH:
            yield window(rng, hour, release="1", rows=rows, service=service)
        if hour >= _SWITCH - _CANARY:
            yield window(rng, hour, release="2", rows=rows, service=service, bad=0.1)


def recall(store: Store, service: str, config_hash: str = "configured") -> Recall:
    """Return what remembers a service, under default settings."""
    policy = Policy()
    rules = Rules(
        service=service,
        monitors=Monitors(),
        policy=policy,
        lines=thresholds(policy, HOUR),
        config_hash=config_hash,
        coverage_floor=0.9,
        max_quarantined=0.05,
    )
    return Recall(store, rules, "asked", Baseline())


def remember(store: Store, service: str, days: int, rows: int) -> list[WindowSummary]:
    """Put a service's windows into the store, as evaluated and healthy under an earlier configuration."""
    kept = list(windows(service, days, rows))
    for summary in kept:
        key = (service, summary.release, summary.window_start, summary.window_end, "earlier")
        store.releases.seen(*key[:4])
        store.summaries.put(summary, "asked")
        store.windows.begin(*key)
        store.windows.finish(
            *key,
            verdict="pass",
            mlflow_run_id=None,
            state="done",
            healthy=True,
            rows=summary.rows,
            scored=summary.scored,
            report="{}",
        )
    return kept


def decide_anew(store: Store, service: str, days: int) -> int:
    """Decide every window of a service from its summaries; returns how many."""
    known = recall(store, service)
    end = START + days * 24 * HOUR
    decided = 0
    for release in known.releases():
        decided += len(known.trial_of(release, Window(end, end + HOUR)).timeline)
    return decided


def main() -> int:
    """Print the time for both services, with few rows a window and with many."""
    for rows, budget in ((15, BUDGET_S), (200, None)):
        with tempfile.TemporaryDirectory() as place, Store.open(f"sqlite:///{Path(place) / 'store.db'}") as store:
            for service in SERVICES:
                remember(store, service, DAYS, rows)
            began, burned = time.perf_counter(), time.process_time()
            decided = sum(decide_anew(store, service, DAYS) for service in SERVICES)
            taken, cpu = time.perf_counter() - began, time.process_time() - burned
        word = "" if budget is None else f"  (budget {budget:g} s, {'ok' if taken <= budget else 'MISSED'})"
        what = f"{DAYS} days of {len(SERVICES)} services, {decided} windows of {rows} judged, decided anew"
        print(f"{what} {taken:6.2f} s, {cpu:.2f} s CPU{word}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
