"""What people who browse MLflow see first, brought up to date after each run; what cannot be shown fails no run."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from datetime import timedelta

from prefect.runtime import flow_run

from flows.records.incidents import Incidents
from flows.records.kinds import ActionKind
from flows.records.moves import ROUTED, decided_by, routed
from flows.records.watch import Watch
from flows.running.clock import now
from tasks.domain.errors import PlumblineError, RegistryError, TrackingError
from tasks.domain.report import WindowReport
from tasks.registry import Registry
from tasks.store import Action, ActionState, Store
from tasks.tracking import Showcase, standing_of

_SHOWN = timedelta(days=28)
"""As long as a baseline reaches back."""
_logger = logging.getLogger(__name__)


def flow_run_url() -> str | None:
    """Return where this run can be looked at; None where Prefect runs embedded and has no page of its own."""
    return str(flow_run.ui_url) if os.environ.get("PREFECT_API_URL") and flow_run.ui_url else None


def show_moved(service: str) -> None:
    """Bring the pages up to date after traffic was moved: the move is done and recorded, and waits for no page."""
    try:
        with Store.open() as store:
            moved = routed(store, service)
            changed = {name for name in (moved[-1].from_release, moved[-1].to_release) if name} if moved else ()
            show(service, store, Registry.connect(), changed)
    except PlumblineError as error:
        _logger.warning("MLflow's front pages of %r are not up to date: %s", service, error)


def show(service: str, store: Store, registry: Registry, changed: Collection[str]) -> None:
    """Bring the fleet, the service's description and its releases' pages up to date.

    Args:
        service: Which.
        store: Where its windows are, what was done, and how it is watched; before it is, there are no pages.
        registry: Where its releases are.
        changed: Releases whose pages are drawn again.
    """
    watch = Watch.of(service, store)
    if watch is None:
        return
    rows = store.windows.between(service, watch.config_hash, now() - _SHOWN, now())
    windows = [WindowReport.model_validate_json(row.report) for row in rows if row.report]
    if not windows:
        return
    try:
        releases = registry.releases(service)
        standing = standing_of(
            service,
            windows,
            next((release.name for release in releases if release.live), None),
            done=[words for action in reversed(store.actions.of(service)) if (words := in_words(action))],
            owner=watch.mandate.alerts.owner or "",
            mode=watch.mandate.policy.mode,
            alarms=Incidents(service, store).record(),
            flow_run_url=watch.flow_run_url,
        )
        runs = Showcase.connect().show(standing, releases, frozenset(changed))
        for release in releases:
            if release.name in runs:
                registry.show_run(release, runs[release.name])
    except (TrackingError, RegistryError) as error:
        _logger.warning("MLflow's front pages of %r are not up to date: %s", service, error)


def in_words(action: Action) -> str:
    """Return an action that changed what serves, in words; empty for any other."""
    if action.kind not in ROUTED or action.state is not ActionState.DONE or action.updated_at is None:
        return ""
    moved = " → ".join(filter(None, (action.from_release, action.to_release)))
    words = f"{action.updated_at:%Y-%m-%d %H:%M}Z {ROUTED[action.kind]}: {moved} by {decided_by(action)}"
    why = "" if action.kind == ActionKind.RELEASE else f" ({action.reason})"
    recovery = f". {action.detail['recovery']}" if action.detail.get("recovery") else ""
    return f"{words}{why}{recovery}"
